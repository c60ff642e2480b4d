/** The change that made a visit go wrong, or a figure get worse, with the evidence. */
import { CheckCircleFilled, QuestionCircleOutlined, StopOutlined } from '@ant-design/icons';
import { Alert, Button, Modal, Progress } from 'antd';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { goTo } from '../editor/go-to';
import type { Blame } from '../generated/types/Blame';
import type { Change } from '../generated/types/Change';
import type { Refused } from '../generated/types/Refused';
import { duration } from '../simulate/format';
import { useWorkspace } from '../workspace/workspace';
import { answered } from './answered';
import styles from './blame-dialog.module.css';
import { blame, useBlame, type Asked } from './blame-store';

/** What of what is asked about. */
function subject({ question }: Asked, found: Blame | null, group: (slug: string) => string, t: TFunction): string {
  if (question.kind === 'visit') return found?.aspect ? t(`blame.aspect.${found.aspect}`) : `“${question.visit.text}”`;
  const measure = t(`compare.measure.${question.measure}`);
  return question.group === null ? measure : `${group(question.group)} · ${measure}`;
}

function why(refused: Refused, { question }: Asked, t: TFunction): string {
  if (refused.kind === 'nothing-to-blame') return t(question.kind === 'visit' ? 'blame.nothing' : 'blame.notWorse');
  if (refused.kind === 'has-errors') return t('shell.hasErrors', { errors: refused.count });
  if (refused.kind === 'scenario-does-not-fit') return t('compare.unfit', { message: refused.message });
  return 'message' in refused ? refused.message : t('simulate.noScenario');
}

export default function BlameDialog() {
  const { t } = useTranslation();
  const { checked } = useWorkspace();
  const { asked, running, result, refused, fault } = useBlame();
  if (!asked) return null;
  const catalogue = checked?.catalogue ?? null;
  const group = (slug: string) => catalogue?.groups.find((one) => one.slug === slug)?.name ?? slug;
  const told = (answer: Blame['with']) => answered(answer, catalogue, t);
  const isOver = !running && !result && !refused && fault === null;
  return (
    <Modal open title={t('blame.title')} footer={null} onCancel={() => blame.close()} width={620} data-testid="blame">
      <div className={styles.body} data-testid="blame-body" data-ready={running === null}>
        <p className={styles.note}>{t('blame.why')}</p>
        <h3>{subject(asked, result, group, t)}</h3>
        {running && (
          <div className={styles.running} aria-live="polite">
            <Progress percent={Math.round(running.share * 100)} size="small" status="active" aria-label={t('blame.running')} />
            <span>
              {t('blame.running')}
              {running.left_ms !== null && ` ${t('compare.left', { time: duration(running.left_ms, t) })}`}
            </span>
            <Button size="small" danger icon={<StopOutlined />} onClick={() => blame.cancel()} data-testid="cancel-blame">
              {t('blame.cancel')}
            </Button>
          </div>
        )}
        {isOver && <Alert type="info" showIcon title={t('blame.cancelled')} />}
        {fault !== null && <Alert type="error" showIcon title={t('shell.engineFailed', { message: fault })} />}
        {refused && <Alert type="info" showIcon title={why(refused, asked, t)} data-testid="blame-refused" />}
        {result && (
          <div aria-live="polite">
            <dl className={styles.sides}>
              <dt>{t('blame.good')}</dt>
              <dd>{told(result.good)}</dd>
              <dt>{t('blame.bad')}</dt>
              <dd>
                <b>{told(result.bad)}</b>
              </dd>
            </dl>
            <h4>{t(result.culprits.length === 1 ? 'blame.culprit' : 'blame.culprits')}</h4>
            <Changes changes={result.culprits} testId="culprits" />
            {result.others.length > 0 && (
              <>
                <h4>{t('blame.others')}</h4>
                <Changes changes={result.others} testId="blame-others" />
              </>
            )}
            <h4>{t('blame.evidence')}</h4>
            <dl className={styles.sides} data-testid="blame-evidence">
              <dt>{t('blame.with')}</dt>
              <dd>{told(result.with)}</dd>
              <dt>{t('blame.without')}</dt>
              <dd>{told(result.without)}</dd>
            </dl>
            <p className={styles.sure} data-certain={result.certain}>
              {result.certain ? <CheckCircleFilled /> : <QuestionCircleOutlined />} {t(result.certain ? 'blame.certain' : 'blame.uncertain')}
            </p>
            {result.cut && <Alert type="warning" showIcon title={t('blame.cut')} />}
            <p className={styles.note}>{t('blame.of', { changes: result.changes, trials: result.trials })}</p>
          </div>
        )}
      </div>
    </Modal>
  );
}

function Changes({ changes, testId }: { changes: readonly Change[]; testId: string }) {
  const { t } = useTranslation();
  const { files } = useWorkspace();
  const open = ({ file, line }: Change) => {
    blame.close();
    goTo(file, line === null ? null : { line, column: 1, end_line: line, end_column: 1 });
  };
  return (
    <ul className={styles.changes} data-testid={testId}>
      {changes.map((change) => {
        const { kind, part, name, file, line } = change;
        const place = line === null ? file : `${file}:${line}`;
        return (
          <li key={`${part} ${name}`} data-part={part} data-name={name}>
            {t(`blame.part.${part}`)} <b>{name}</b> {t(`blame.changed.${kind}`)}{' '}
            {file in files ? (
              <button type="button" onClick={() => open(change)}>
                {place}
              </button>
            ) : (
              <code>{place}</code>
            )}
          </li>
        );
      })}
    </ul>
  );
}
