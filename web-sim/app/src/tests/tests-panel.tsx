/** The tenant's rule tests, run again on every change. */
import { CheckCircleFilled, CloseCircleFilled } from '@ant-design/icons';
import { Alert, Empty } from 'antd';
import { useTranslation } from 'react-i18next';
import { goTo } from '../editor/go-to';
import type { TestLine } from '../generated/types/TestLine';
import { useWorkspace } from '../workspace/workspace';
import styles from './tests-panel.module.css';

/** How many tests pass, beside the tab's name. */
export function TestsBadge() {
  const { tests } = useWorkspace();
  if (!tests || tests.length === 0) return null;
  const failed = tests.filter(({ failures }) => failures.length > 0).length;
  return (
    <span className={styles.badge} data-failed={failed > 0} data-testid="tests-badge">
      {tests.length - failed}/{tests.length}
    </span>
  );
}

export function TestsPanel() {
  const { t } = useTranslation();
  const { tests, checked } = useWorkspace();
  if (!checked) return null;
  if (!tests) {
    const errors = checked.findings.filter((finding) => finding.severity === 'error').length;
    return (
      <div className={styles.panel}>
        <Alert type="warning" showIcon title={t('shell.hasErrors', { errors })} />
      </div>
    );
  }
  if (tests.length === 0) {
    return (
      <div className={styles.panel}>
        <Empty description={t('tests.none')} />
      </div>
    );
  }
  const failed = tests.filter(({ failures }) => failures.length > 0);
  const passed = tests.length - failed.length;
  return (
    <div className={styles.panel}>
      <header className={styles.head}>
        <strong aria-live="polite">
          {failed.length === 0
            ? t('tests.summary_all', { passed })
            : t('tests.summary_some', { failed: failed.length, passed })}
        </strong>
        <span>{t('tests.hint')}</span>
      </header>
      <ul className={styles.list} data-testid="tests">
        {[...failed, ...tests.filter(({ failures }) => failures.length === 0)].map((test) => (
          <li key={`${test.file}/${test.name}/${test.place?.line}`}>
            <Test test={test} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Test({ test }: { test: TestLine }) {
  const { t } = useTranslation();
  const { name, file, place, text, failures } = test;
  const isPassed = failures.length === 0;
  return (
    <button type="button" className={styles.test} data-passed={isPassed} onClick={() => goTo(file, place)}>
      {isPassed ? (
        <CheckCircleFilled className={styles.good} aria-label={t('tests.passed')} />
      ) : (
        <CloseCircleFilled className={styles.bad} aria-label={t('tests.failed')} />
      )}
      <span className={styles.name}>{name}</span>
      <q className={styles.text}>{text}</q>
      {failures.map(({ field, expected, got }) => (
        <span key={field} className={styles.failure}>
          <code>{field}</code> {t('tests.expected')} <b>{expected}</b>
          {t('tests.found')} <b>{got}</b>
        </span>
      ))}
    </button>
  );
}
