/** Everything wrong with the tenant, as a list one can walk through. */
import { CloseCircleFilled, DownOutlined, UpOutlined, WarningFilled } from '@ant-design/icons';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Finding } from '../generated/types/Finding';
import { Quoted } from '../shell/quoted';
import { visitor } from '../visitor/visit-store';
import { navigate } from '../workspace/url-state';
import { useWorkspace, workspace } from '../workspace/workspace';
import { findingKind, findingLead } from './finding-kind';
import { goTo } from './go-to';
import styles from './problems.module.css';

export function Problems() {
  const { t } = useTranslation();
  const { checked } = useWorkspace();
  const [folded, setFolded] = useState(false);
  const findings = checked?.findings ?? [];
  const toggle = folded ? <UpOutlined /> : <DownOutlined />;

  return (
    <section className={styles.problems} aria-label={t('editor.problems')}>
      <button type="button" className={styles.head} onClick={() => setFolded(!folded)} aria-expanded={!folded}>
        <span className={styles.title}>{t('editor.problems')}</span>
        {findings.length > 0 ? (
          <span className={styles.count}>{findings.length}</span>
        ) : (
          <span className={styles.calm}>{checked ? t('editor.noProblems') : t('shell.checking')}</span>
        )}
        <span className={styles.space} />
        {findings.length > 0 && toggle}
      </button>
      {!folded && findings.length > 0 && (
        <ol className={styles.list} data-testid="problems">
          {findings.map((finding, at) => (
            <li key={at}>
              <Line finding={finding} />
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function Line({ finding }: { finding: Finding }) {
  const { t } = useTranslation();
  const { severity, file, place, code, message, help, did_you_mean, witness } = finding;
  const lead = findingLead(code);
  return (
    <div className={styles.item}>
      <button type="button" className={styles.line} onClick={() => goTo(file, place)} data-code={code}>
        {severity === 'error' ? <CloseCircleFilled className={styles.error} /> : <WarningFilled className={styles.warning} />}
        <span className={styles.message}>
          {lead && <span className={styles.lead}>{lead}</span>}
          <span lang="en" className={lead ? styles.exactly : ''}>
            <Quoted text={message} />
          </span>
          {did_you_mean !== null && <span className={styles.hint}>{t('editor.didYouMean', { word: did_you_mean })}</span>}
        </span>
        <span className={styles.where}>
          <code title={findingKind(code)}>{code}</code>
          <span>{place ? t('editor.place', place) : t('editor.wholeFile')}</span>
          <span>{file}</span>
        </span>
        {help !== null && (
          <span className={styles.help} lang="en">
            <Quoted text={help} />
          </span>
        )}
      </button>
      {witness !== null && (
        <button type="button" className={styles.witness} onClick={() => tryMessage(witness)}>
          {t('editor.witness', { message: witness })} {t('editor.tryWitness')}
        </button>
      )}
    </div>
  );
}

/** Lets a visitor say it, to see what happens. */
function tryMessage(text: string): void {
  visitor.say(workspace.get().example, text);
  navigate({ tab: 'visitor' });
}
