/** The canary as it runs: what it met, beside the others, and how near each guard is. */
import { Progress } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Tally } from '../generated/types/Tally';
import { usePalette } from '../theme/app-theme';
import { GUARDS, METRIC_OF, scaleOf } from './guards';
import type { Canary } from './host-rulesets';
import styles from './publish.module.css';

const COUNTS: readonly (keyof Tally)[] = ['opened', 'fell_back', 'abandoned', 'failures'];

export function CanaryView({ canary }: { canary: Canary }) {
  const { t } = useTranslation();
  const palette = usePalette();
  const { readings, chosen, others } = canary;
  return (
    <div data-testid="canary" data-share={canary.share_percent}>
      <h3>{t('publish.canary.runs', { share: canary.share_percent })}</h3>
      {chosen && others && (
        <table className={styles.table}>
          <thead>
            <tr>
              <td />
              <th>{t('publish.canary.chosen')}</th>
              <th>{t('publish.canary.others')}</th>
            </tr>
          </thead>
          <tbody>
            {COUNTS.map((count) => (
              <tr key={count}>
                <th scope="row">{t(`publish.tally.${count}`)}</th>
                <td>{chosen[count]}</td>
                <td>{others[count]}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {readings && (
        <ul className={styles.gauges}>
          {GUARDS.map((guard) => {
            const metric = METRIC_OF[guard];
            const limit = canary.guards[guard];
            if (limit === null) return null;
            const scale = scaleOf(guard);
            const reading = Math.round(readings[metric] / scale);
            // Agents online are to stay above their limit, everything else below.
            const used = guard === 'online_min' ? limit / Math.max(readings[metric], 1) : readings[metric] / Math.max(limit, 1);
            const percent = Math.max(0, Math.min(100, Math.round(used * 100)));
            return (
              <li key={guard}>
                <span>{t(`publish.guard.${guard}`)}</span>
                <Progress
                  percent={percent}
                  size="small"
                  status="normal"
                  strokeColor={percent >= 80 ? palette.bad : palette.track}
                  format={() => `${reading} / ${limit / scale}`}
                  aria-label={t(`publish.guard.${guard}`)}
                />
              </li>
            );
          })}
        </ul>
      )}
    </div>
  );
}
