import styles from './interval-mark.module.css';

const WIDTH = 120;
const HEIGHT = 14;
const EDGE = 5;

interface IntervalMarkProps {
  mean: number;
  halfWidth: number | null;
  tone: 'better' | 'worse' | 'neutral';
  label: string;
}

/** A difference and its interval, with zero in the middle: what does not touch the middle line is no luck. */
export function IntervalMark({ mean, halfWidth, tone, label }: IntervalMarkProps) {
  const reach = Math.max(Math.abs(mean) + (halfWidth ?? 0), Number.MIN_VALUE);
  const x = (value: number) => WIDTH / 2 + (value / reach) * (WIDTH / 2 - EDGE);
  const middle = HEIGHT / 2;
  return (
    <svg className={styles.mark} width={WIDTH} height={HEIGHT} data-tone={tone} role="img" aria-label={label}>
      <line className={styles.zero} x1={WIDTH / 2} x2={WIDTH / 2} y1={0} y2={HEIGHT} />
      {halfWidth !== null && <line className={styles.reach} x1={x(mean - halfWidth)} x2={x(mean + halfWidth)} y1={middle} y2={middle} />}
      <circle cx={x(mean)} cy={middle} r={3.5} />
    </svg>
  );
}
