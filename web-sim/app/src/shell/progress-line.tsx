/**
 * How far something is, as a thin line. It moves only when it is told to: an animation would keep half a processor busy
 * with drawing, and take it from the run that it tells of.
 */
import styles from './progress-line.module.css';

export function ProgressLine({ share, label }: { share: number; label: string }) {
  return (
    <div className={styles.line} role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(share * 100)}>
      <div className={styles.done} style={{ transform: `scaleX(${share})` }} />
    </div>
  );
}
