/** The figures of the run that people steer by, each with its definition. */
import { Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Report } from '../generated/types/Report';
import { count, duration, percent } from './format';
import styles from './kpi-cards.module.css';

type Tone = 'good' | 'warn' | 'bad' | undefined;

/** Where a share begins to be worth a look, and where it is bad; both are shown by words and colour alike. */
function tone(share: number, warn: number, bad: number): Tone {
  const isHighGood = warn > bad;
  if (isHighGood) return share >= warn ? 'good' : share >= bad ? 'warn' : 'bad';
  return share <= warn ? 'good' : share <= bad ? 'warn' : 'bad';
}

export function KpiCards({ report }: { report: Report }) {
  const { t, i18n } = useTranslation();
  const { all, occupancy, misrouted, queue_max } = report.kpi;
  const outcome = (label: string, value: number) => `${label} ${count(value, i18n.language)}`;

  return (
    <div className={styles.cards}>
      <Figure
        id="service-level"
        title={t('simulate.kpi.service_level')}
        definition={t('simulate.define.service_level')}
        value={percent(all.service_level)}
        tone={tone(all.service_level, 0.8, 0.6)}
        note={outcome(t('simulate.connected'), all.connected)}
      />
      <Figure
        id="wait"
        title={t('simulate.kpi.wait_p50')}
        definition={t('simulate.define.wait')}
        value={duration(all.wait.ms_p50, t)}
        note={`P90 ${duration(all.wait.ms_p90, t)} 　P99 ${duration(all.wait.ms_p99, t)}`}
      />
      <Figure
        id="abandonment"
        title={t('simulate.kpi.abandonment')}
        definition={t('simulate.define.abandonment')}
        value={percent(all.abandonment)}
        tone={tone(all.abandonment, 0.05, 0.1)}
        note={outcome(t('simulate.abandoned'), all.abandoned)}
      />
      <Figure
        id="occupancy"
        title={t('simulate.kpi.occupancy')}
        definition={t('simulate.define.occupancy')}
        value={percent(occupancy)}
        tone={tone(occupancy, 0.85, 0.92)}
        note={outcome(t('simulate.queueMax'), queue_max)}
      />
      <Figure
        id="misrouted"
        title={t('simulate.kpi.misrouted')}
        definition={t('simulate.define.misrouted')}
        value={percent(misrouted)}
        tone={tone(misrouted, 0.1, 0.2)}
        note={outcome(t('simulate.conversations'), all.conversations)}
      />
      <Figure
        id="fallback"
        title={t('simulate.kpi.fallback')}
        definition={t('simulate.define.fallback')}
        value={percent(all.fallback_share)}
        tone={tone(all.fallback_share, 0.05, 0.15)}
        note={outcome(t('simulate.kpi.fallback'), all.fell_back)}
      />
    </div>
  );
}

interface FigureProps {
  id: string;
  title: string;
  definition: string;
  value: string;
  note: string;
  tone?: Tone;
}

function Figure({ id, title, definition, value, note, tone }: FigureProps) {
  const [, number = value, unit = ''] = /^([\d.,]+)\s*(.*)$/.exec(value) ?? [];
  return (
    <Tooltip title={definition} placement="bottom" mouseEnterDelay={0.3}>
      <div className={styles.card} tabIndex={0} data-tone={tone} data-testid={`kpi-${id}`}>
        <span className={styles.title}>{title}</span>
        <span className={styles.value}>
          {number}
          <small>{unit}</small>
        </span>
        <span className={styles.note}>{note}</span>
      </div>
    </Tooltip>
  );
}
