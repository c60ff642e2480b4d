/** A picture of the time that a conversation took: where it was, and the moments at which something happened. */
import { useTranslation } from 'react-i18next';
import type { Life } from '../generated/types/Life';
import type { SpotTold } from '../generated/types/SpotTold';
import { duration } from '../simulate/format';
import styles from './life.module.css';
import { spotName } from './told';

const WIDTH = 900;
const LANE = 24;
const TOP = 26;
/** Moments nearer to each other than this are drawn side by side. */
const APART = 15;
/** Room for a label within its bar: characters of about this width. */
const CHARACTER = 12;

interface TimelineProps {
  life: Life;
  moment: number;
  clock: (at: number) => string;
  /** Where the floor stands, when it is the floor's run. */
  playhead: number | undefined;
  onLook: (moment: number) => void;
}

const LANES = ['away', 'queue', 'agent'] as const;

export function Timeline({ life, moment, clock, playhead, onLook }: TimelineProps) {
  const { t } = useTranslation();
  const last = life.moments.at(-1)?.at ?? life.opened_at;
  const end = Math.max(life.ended_at ?? last, last, life.opened_at + 1000);
  const x = (at: number) => 8 + ((Math.min(Math.max(at, life.opened_at), end) - life.opened_at) / (end - life.opened_at)) * (WIDTH - 16);
  const lanes = LANES.filter((lane) => life.stretches.some(({ place }) => place.kind === lane));
  const y = (lane: SpotTold['kind']) => TOP + lanes.indexOf(lane) * LANE;
  const height = TOP + Math.max(lanes.length, 1) * LANE + 16;
  const marks = spread(life.moments.map(({ at }) => x(at)));
  const places = life.stretches.map(({ place }) => spotName(place, t)).join(' → ');
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${height}`}
      className={styles.picture}
      role="img"
      aria-label={t('life.pictureOf', { at: clock(life.opened_at), time: duration(end - life.opened_at, t), places })}
      data-testid="timeline"
    >
      <line x1={8} x2={WIDTH - 8} y1={TOP - 12} y2={TOP - 12} className={styles.axis} />
      {life.stretches.map(({ from, to, place }, at) => {
        const [left, right] = [x(from), x(to ?? end)];
        const label = spotName(place, t);
        const room = right - left > label.length * CHARACTER * 0.8;
        return (
          <g key={at} data-kind={place.kind}>
            <title>{`${label} · ${duration((to ?? end) - from, t)}`}</title>
            <rect x={left} y={y(place.kind)} width={Math.max(right - left, 2)} height={LANE - 6} rx={3} className={styles.bar} />
            {room && (
              <text x={left + 6} y={y(place.kind) + 13} className={styles.barLabel}>
                {label}
              </text>
            )}
          </g>
        );
      })}
      {playhead !== undefined && playhead >= life.opened_at && playhead <= end && (
        <line x1={x(playhead)} x2={x(playhead)} y1={4} y2={height - 14} className={styles.playhead} />
      )}
      {life.moments.map((one, at) => (
        <g key={at} onClick={() => onLook(at)} className={styles.mark} data-selected={at === moment} data-decided={one.decisions.length > 0}>
          <title>{clock(one.at)}</title>
          <line x1={x(one.at)} x2={marks[at]} y1={TOP} y2={TOP - 12} className={styles.stem} />
          <circle cx={marks[at]} cy={TOP - 12} r={at === moment ? 6 : 4.5} />
        </g>
      ))}
      <text x={8} y={height - 3} className={styles.tick}>
        {clock(life.opened_at)}
      </text>
      <text x={WIDTH - 8} y={height - 3} textAnchor="end" className={styles.tick}>
        {clock(end)}
      </text>
    </svg>
  );
}

/** Moves marks that would lie over each other to the right, and back where the picture ends. */
function spread(marks: readonly number[]): number[] {
  const moved = [...marks];
  for (let at = 1; at < moved.length; at += 1) moved[at] = Math.max(moved[at] ?? 0, (moved[at - 1] ?? 0) + APART);
  let most = WIDTH - 8;
  for (let at = moved.length - 1; at >= 0; at -= 1) {
    moved[at] = Math.min(moved[at] ?? 0, most);
    most = (moved[at] ?? 0) - APART;
  }
  return moved;
}
