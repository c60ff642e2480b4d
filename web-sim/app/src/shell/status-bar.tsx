import { CheckCircleFilled, CloseCircleFilled, LoadingOutlined, WarningFilled } from '@ant-design/icons';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { engine } from '../engine/client';
import { useWorkspace, workspace } from '../workspace/workspace';
import { CopyText } from './copy-text';
import styles from './status-bar.module.css';

function useEngineVersion(): string | null {
  const [version, setVersion] = useState<string | null>(null);
  useEffect(() => {
    let gone = false;
    // What goes wrong with the engine is told by the workspace, which asks it first.
    engine.call('version', null).then((answer) => !gone && setVersion(answer.engine), () => undefined);
    return () => {
      gone = true;
    };
  }, []);
  return version;
}

export function StatusBar() {
  const { t } = useTranslation();
  const version = useEngineVersion();
  const { checked, checkedFiles, files, kept } = useWorkspace();
  const changes = workspace.changes();
  const errors = checked?.findings.filter((finding) => finding.severity === 'error').length ?? 0;
  const warnings = (checked?.findings.length ?? 0) - errors;

  return (
    <footer className={styles.bar}>
      <span aria-live="polite" className={styles.item} data-testid="check-state">
        {!checked || checkedFiles !== files ? (
          <>
            <LoadingOutlined /> {t('shell.checking')}
          </>
        ) : errors > 0 ? (
          <>
            <CloseCircleFilled className={styles.bad} /> {t('shell.problems_some', { errors, warnings })}
          </>
        ) : warnings > 0 ? (
          <>
            <WarningFilled className={styles.warn} /> {t('shell.problems_some', { errors, warnings })}
          </>
        ) : (
          <>
            <CheckCircleFilled className={styles.good} /> {t('shell.problems_none')}
          </>
        )}
      </span>
      {checked && (
        <span className={styles.item}>
          {t('shell.revision')} <CopyText text={checked.revision} shown={checked.revision.slice(0, 12)} testId="revision" />
        </span>
      )}
      {changes > 0 && <span className={styles.item}>{t(kept ? 'shell.changed' : 'shell.notKept', { changes })}</span>}
      <span className={styles.space} />
      <span className={styles.item}>{t('shell.local')}</span>
      {version === null ? (
        <span className={styles.item}>{t('shell.engineLoading')}</span>
      ) : (
        <span className={styles.item} data-testid="engine-version">
          {t('shell.engine', { version })}
        </span>
      )}
    </footer>
  );
}
