import { CheckCircleFilled, CloseCircleFilled } from '@ant-design/icons';
import { useTranslation } from 'react-i18next';
import type { Checks } from '../generated/types/Checks';
import styles from './checks-line.module.css';

/** What must always hold, and whether it did in this run. */
export function ChecksLine({ checks }: { checks: Checks }) {
  const { t } = useTranslation();
  const { lost, misplaced, over_capacity, idle_beside_waiting, out_of_order, refused, first } = checks;
  const broken = lost + misplaced + over_capacity + idle_beside_waiting + out_of_order + refused;
  return (
    <div className={styles.line} data-testid="checks" data-broken={broken}>
      {broken === 0 ? <CheckCircleFilled className={styles.good} /> : <CloseCircleFilled className={styles.bad} />}
      <span>{broken === 0 ? t('simulate.checks.hold') : t('simulate.checks.broken', { count: broken })}</span>
      {first.map((finding) => (
        <code key={finding}>{finding}</code>
      ))}
    </div>
  );
}
