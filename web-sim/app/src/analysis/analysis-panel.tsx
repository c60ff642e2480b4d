/** What is wrong with the ruleset before a visitor feels it, with a visit that shows it. */
import { CheckCircleFilled, ExclamationCircleFilled, InfoCircleOutlined, UserOutlined } from '@ant-design/icons';
import { Alert, Button, Result, Skeleton, Switch, Tooltip } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { goTo } from '../editor/go-to';
import type { FoundLine } from '../generated/types/FoundLine';
import { Quoted } from '../shell/quoted';
import { count } from '../simulate/format';
import { visitor } from '../visitor/visit-store';
import { navigate, useUrlState } from '../workspace/url-state';
import { useWorkspace } from '../workspace/workspace';
import styles from './analysis-panel.module.css';
import { analysis, useAnalysis } from './analysis-store';
import { said } from './said';

export default function AnalysisPanel() {
  const { t, i18n } = useTranslation();
  const { tab } = useUrlState();
  const { example, checked, checkedFiles } = useWorkspace();
  const { running, result, fault } = useAnalysis();
  const [withNotes, setWithNotes] = useState(true);
  const isSound = checked?.sound === true;

  // Only while somebody looks: it takes as long as a few runs.
  const wanted = tab === 'analysis' && isSound ? checkedFiles : null;
  useEffect(() => {
    if (wanted) void analysis.start(wanted);
  }, [wanted]);

  const told = result?.told;
  const faults = told?.findings.filter(({ grade }) => grade === 'fault').length ?? 0;
  const notes = (told?.findings.length ?? 0) - faults;
  const shown = told?.findings.filter(({ grade }) => withNotes || grade === 'fault') ?? [];
  const errors = checked?.findings.filter(({ severity }) => severity === 'error').length ?? 0;
  return (
    <div className={styles.panel} aria-busy={running !== null}>
      {checked && !isSound && <Alert type="warning" showIcon title={t('shell.hasErrors', { errors })} />}
      {fault !== null && <Alert type="error" showIcon title={t('shell.engineFailed', { message: fault })} />}
      {!told && isSound && <Skeleton active />}
      {told && (
        <div data-stale={result?.files !== checkedFiles} className={styles.result}>
          <header className={styles.head}>
            <strong aria-live="polite" data-testid="analysis-summary" data-faults={faults}>
              {faults === 0 ? t('analysis.noFaults') : t('analysis.faults', { count: faults })}
            </strong>
            <span>
              {t('analysis.tried', {
                decisions: count(told.decisions, i18n.language),
                visits: count(told.visits, i18n.language),
                conversations: count(told.scenarios.reduce((sum, run) => sum + run.conversations, 0), i18n.language),
              })}
            </span>
            <span className={styles.space} />
            {notes > 0 && (
              <label className={styles.notes}>
                <Switch size="small" checked={withNotes} onChange={setWithNotes} /> {t('analysis.notes', { count: notes })}
              </label>
            )}
          </header>
          {shown.length === 0 && <Result status="success" title={t('analysis.noFaults')} subTitle={t('analysis.invite')} />}
          <ul className={styles.list} data-testid="analysis">
            {shown.map((found, at) => (
              <Finding key={`${found.kind} ${found.message} ${at}`} found={found} tenant={example} />
            ))}
          </ul>
          {told.bounds.map((bound) => (
            <p key={bound} className={styles.bound}>
              {t('analysis.bound', { bound })}
            </p>
          ))}
        </div>
      )}
    </div>
  );
}

function Finding({ found, tenant }: { found: FoundLine; tenant: string }) {
  const { t } = useTranslation();
  const { kind, grade, status, message, help, concerns, witness } = found;
  const { text, help: todo } = said(found, t);
  const open = () => {
    if (!witness) return;
    visitor.open(tenant, witness.visit.text);
    visitor.change(witness.visit);
    navigate({ tab: 'visitor' });
  };
  return (
    <li data-kind={kind} data-grade={grade} data-status={status}>
      <span className={styles.mark}>{grade === 'fault' ? <ExclamationCircleFilled aria-label={t('analysis.grade.fault')} /> : <InfoCircleOutlined aria-label={t('analysis.grade.note')} />}</span>
      <div className={styles.what}>
        <p>
          <b>{t(`analysis.kind.${kind}`)}</b>
          <Tooltip title={t(`analysis.status.${status}Help`)}>
            <span className={styles.status} data-status={status} tabIndex={0}>
              {t(`analysis.status.${status}`)}
            </span>
          </Tooltip>
          {concerns.map(({ what, slug, name, file, place }) => (
            <button key={`${what} ${slug} ${file}`} type="button" className={styles.concern} onClick={() => goTo(file, place)} title={file}>
              {what === 'keyword' ? `「${slug}」` : name || slug}
            </button>
          ))}
        </p>
        <p className={styles.message}>{text}</p>
        <p className={styles.help}>{todo}</p>
        <details className={styles.exactly}>
          <summary>{t('analysis.exactly')}</summary>
          <p lang="en">
            <Quoted text={`${message}. ${help}`} />
          </p>
        </details>
        {witness && (
          <p className={styles.witness}>
            <CheckCircleFilled /> {t('analysis.shows')} <span lang="en"><Quoted text={witness.shows} /></span>
            <Button size="small" icon={<UserOutlined />} onClick={open} data-testid="open-witness">
              {t('analysis.open')}
            </Button>
          </p>
        )}
      </div>
    </li>
  );
}
