/** The day as a strip: how many waited, what was injected, and the playhead that can be dragged. */
import { useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Injection } from '../engine/protocol';
import type { FloorPlan } from '../generated/types/FloorPlan';
import type { Series } from '../generated/types/Series';
import { player } from './player';
import styles from './time-strip.module.css';

const MINUTE_MS = 60_000;
const HEIGHT = 34;

interface TimeStripProps {
  plan: FloorPlan;
  at: number;
  /** Without injections, and with them. */
  plain: Series | null;
  forecast: Series | null;
  injections: readonly Injection[];
  clock: (at: number) => string;
  shortClock: (at: number) => string;
}

export function TimeStrip({ plan, at, plain, forecast, injections, clock, shortClock }: TimeStripProps) {
  const { t } = useTranslation();
  const track = useRef<HTMLDivElement>(null);
  const [dragged, setDragged] = useState<number | null>(null);
  const length_ms = Math.max(plan.end - plan.start, 1);
  const share = (instant: number) => Math.min(Math.max((instant - plan.start) / length_ms, 0), 1);
  const shown = dragged ?? at;

  const most = Math.max(...(plain?.waiting_max ?? []), ...(forecast?.waiting_max ?? []), 1);
  const areas = useMemo(() => [plain, forecast].map((series) => series && area(series, most, plan)), [plain, forecast, most, plan]);
  const hours = useMemo(() => ticks(plan), [plan]);

  const instantAt = (event: PointerEvent): number => {
    const box = track.current?.getBoundingClientRect();
    const part = box ? (event.clientX - box.left) / box.width : 0;
    return Math.round(plan.start + Math.min(Math.max(part, 0), 1) * length_ms);
  };
  const go = (instant: number) => void player.goTo(Math.min(Math.max(instant, plan.start), plan.end));
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Record<string, number> = {
      ArrowLeft: -MINUTE_MS,
      ArrowDown: -MINUTE_MS,
      ArrowRight: MINUTE_MS,
      ArrowUp: MINUTE_MS,
      PageDown: -60 * MINUTE_MS,
      PageUp: 60 * MINUTE_MS,
    };
    const step = steps[event.key];
    if (event.key === 'Home') go(plan.start);
    else if (event.key === 'End') go(plan.end);
    else if (step !== undefined) go(at + step);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      ref={track}
      className={styles.strip}
      role="slider"
      tabIndex={0}
      aria-label={t('floor.time')}
      aria-valuemin={0}
      aria-valuemax={Math.round(length_ms / MINUTE_MS)}
      aria-valuenow={Math.round((shown - plan.start) / MINUTE_MS)}
      aria-valuetext={clock(shown)}
      data-testid="time-strip"
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        const instant = instantAt(event);
        setDragged(instant);
        go(instant);
      }}
      onPointerMove={(event) => {
        if (dragged === null) return;
        const instant = instantAt(event);
        setDragged(instant);
        go(instant);
      }}
      onPointerUp={() => setDragged(null)}
      onPointerCancel={() => setDragged(null)}
    >
      <svg viewBox={`0 0 1000 ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        {hours.map(({ at: hour }) => (
          <line key={hour} x1={share(hour) * 1000} x2={share(hour) * 1000} y1={0} y2={HEIGHT} className={styles.hour} />
        ))}
        {areas[0] && <path d={areas[0]} className={forecast ? styles.plain : styles.waiting} />}
        {areas[1] && <path d={areas[1]} className={styles.waiting} />}
        <rect x={0} y={0} width={share(shown) * 1000} height={HEIGHT} className={styles.past} />
      </svg>
      {hours
        .filter(({ isNamed }) => isNamed)
        .map(({ at: hour }) => (
          <span key={hour} className={styles.name} style={{ left: `${share(hour) * 100}%` }}>
            {shortClock(hour)}
          </span>
        ))}
      {injections.map((injection, index) => (
        <i key={index} className={styles.injection} style={{ left: `${share(injection.at) * 100}%` }} />
      ))}
      <i className={styles.playhead} style={{ left: `${share(shown) * 100}%` }} />
    </div>
  );
}

/** The waiting over time as an area of 1000 by `HEIGHT`. */
function area(series: Series, most: number, plan: FloorPlan): string {
  const length_ms = Math.max(plan.end - plan.start, 1);
  const x = (index: number) => (Math.min((index * series.every_ms) / length_ms, 1) * 1000).toFixed(1);
  const y = (value: number) => (HEIGHT - (value / most) * (HEIGHT - 5)).toFixed(1);
  const points = series.waiting_max.map((value, index) => `L${x(index)} ${y(value)}L${x(index + 1)} ${y(value)}`);
  return `M0 ${HEIGHT}${points.join('')}L${x(series.waiting_max.length)} ${HEIGHT}Z`;
}

/** Lines at round hours, a few of them named. */
function ticks({ start, end }: FloorPlan): { at: number; isNamed: boolean }[] {
  const hour_ms = 60 * MINUTE_MS;
  const every = [1, 2, 3, 6, 12, 24, 48, 168].find((hours) => (end - start) / (hours * hour_ms) <= 12) ?? 24 * 30;
  const found: { at: number; isNamed: boolean }[] = [];
  for (let at = start, index = 0; at <= end && index < 64; at += every * hour_ms, index += 1) {
    found.push({ at, isNamed: index % 2 === 0 && at > start && at < end });
  }
  return found;
}
