/** The floor: conversations come in at the doors above, wait before their group's gate, and sit with an agent. */
import { memo, useCallback, useEffect, useEffectEvent, useLayoutEffect, useMemo, useRef, useState, type PointerEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { FloorPlan } from '../generated/types/FloorPlan';
import type { FloorView } from '../generated/types/FloorView';
import type { Presence } from '../generated/types/Presence';
import { count } from '../simulate/format';
import { usePalette } from '../theme/app-theme';
import { isStill } from '../theme/preference';
import { waited } from './clock';
import { Dots, moveTime, place } from './dots';
import styles from './floor-stage.module.css';
import { geometry, heightFor, isInside, type Geometry, type Point } from './geometry';
import { Glyph } from './glyph';
import { paint } from './paint';
import { player } from './player';
import { presenceWords } from './presence-words';

export type Picked = { kind: 'agent'; agent: number } | { kind: 'conversation'; conversation: number } | null;

interface FloorStageProps {
  plan: FloorPlan;
  view: FloorView;
  picked: Picked;
  onPick: (picked: Picked) => void;
}

const REACH = 9;

export function FloorStage({ plan, view, picked, onPick }: FloorStageProps) {
  const { t, i18n } = useTranslation();
  const palette = usePalette();
  const host = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [dots] = useState(() => new Dots());
  const [size, setSize] = useState({ width: 0, height: 0 });
  const [hovered, setHovered] = useState<number | null>(null);
  const frame = useRef(0);
  const laidOut = useRef<Geometry | null>(null);
  const names = useMemo(() => new Map(plan.agents.map(({ id, name }) => [id, name])), [plan]);
  const slugs = useMemo(() => new Map(plan.agents.map(({ id, slug }) => [id, slug])), [plan]);

  useLayoutEffect(() => {
    const element = host.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const draw = useEffectEvent(() => {
    frame.current = 0;
    const context = canvas.current?.getContext('2d');
    const now = player.now;
    const layout = laidOut.current;
    if (!context || !now || !layout) return;
    const scale = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(layout.width * scale), Math.round(layout.height * scale)];
    if (context.canvas.width !== width || context.canvas.height !== height) {
      context.canvas.width = width;
      context.canvas.height = height;
    }
    context.setTransform(scale, 0, 0, scale, 0, 0);
    const now_ms = performance.now();
    paint(
      context,
      {
        plan,
        view: now,
        geometry: layout,
        dots,
        palette,
        names,
        words: { away: t('words.reason.away'), busy: t('words.reason.busy'), offline: t('floor.offline'), silent: t('floor.silentShort') },
        conversation: picked?.kind === 'conversation' ? picked.conversation : hovered,
        agent: picked?.kind === 'agent' ? picked.agent : null,
      },
      now_ms,
    );
    if (dots.isMoving(now_ms)) ask();
  });
  const ask = useEffectEvent(() => {
    if (frame.current === 0) frame.current = requestAnimationFrame(() => draw());
  });
  const follow = useEffectEvent((next: FloorView, jumped: boolean) => {
    if (size.width === 0) return;
    const layout = geometry(plan, next, size.width, size.height);
    laidOut.current = layout;
    const took_ms = jumped || isStill() ? 0 : moveTime(player.get().speed);
    dots.follow(next, layout, performance.now(), took_ms);
    ask();
  });

  useEffect(() => player.onView((next, jumped) => follow(next, jumped)), []);
  // Another size, plan or choice of groups: everything is where it belongs at once.
  useEffect(() => {
    if (player.now) follow({ ...player.now, moves: [] }, true);
  }, [size, plan, dots]);
  useEffect(() => ask(), [palette, picked, hovered, i18n.language]);
  useEffect(() => () => cancelAnimationFrame(frame.current), []);

  const layout = size.width > 0 ? geometry(plan, view, size.width, size.height) : null;
  const pointOf = (event: PointerEvent): Point => {
    const box = event.currentTarget.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const conversationAt = (point: Point) => nearest(dots, point);

  /** An agent was clicked at a point of the sheet, or chosen by a key. A conversation that lies there is meant first. */
  const pickAgent = useCallback(
    (agent: number, point: Point | null) => {
      if (point && nearest(dots, point) !== null) return false;
      onPick({ kind: 'agent', agent });
      return true;
    },
    [dots, onPick],
  );

  return (
    <div ref={host} className={styles.stage} data-testid="floor">
      <div
        className={styles.sheet}
        style={{ height: Math.max(size.height, heightFor(view.lanes.length)) }}
        onPointerMove={(event) => setHovered(conversationAt(pointOf(event)))}
        onPointerLeave={() => setHovered(null)}
        onClick={(event) => {
          const point = pointOf(event as unknown as PointerEvent);
          const conversation = conversationAt(point);
          const seat = layout?.lanes.flatMap(({ seats }) => seats).find((box) => isInside(box, point));
          if (conversation !== null) onPick({ kind: 'conversation', conversation });
          else if (!seat) onPick(null);
        }}
        data-pointing={hovered !== null}
      >
        <canvas ref={canvas} className={styles.canvas} role="img" aria-label={t('floor.picture', { waiting: view.counters.waiting, inHand: view.counters.in_hand, online: view.counters.online })} />
        {layout && <span className={styles.fallback} style={{ top: 0, height: layout.lanes[0]?.y ?? 0 }}>{t('floor.channels')}</span>}
        {layout?.doors.map(({ channel, point }) => {
          const gate = view.channels.find((one) => one.channel === channel);
          const name = plan.channels.find(({ id }) => id === channel)?.name;
          return (
            <span key={channel} className={styles.door} style={{ left: point.x, top: point.y }} title={t('floor.perHour', { value: Math.round(gate?.per_hour ?? 0) })}>
              <Glyph channel={channel} plan={plan} />
              <span>{name}</span>
              <b>{Math.round(gate?.per_hour ?? 0)}/h</b>
            </span>
          );
        })}
        {view.lanes.map((lane, at) => {
          const box = layout?.lanes[at];
          const group = plan.groups.find(({ id }) => id === lane.group);
          if (!box || !group) return null;
          const longest = lane.queue[0];
          const longest_ms = longest ? view.at - Math.min(...lane.queue.map(({ since }) => since)) : 0;
          const isLate = lane.waiting > 0 && longest_ms > group.target_wait_ms;
          return (
            <div key={lane.group} className={styles.lane} style={{ top: box.y, height: box.height }} data-group={group.slug} data-waiting={lane.waiting} data-open={lane.open}>
              <strong title={group.name}>{group.name}</strong>
              <span className={styles.figures}>
                <b data-late={isLate}>{lane.waiting}</b> {t('floor.waitingShort')}
                <b>{lane.in_hand}</b> {t('floor.inHandShort')}
              </span>
              <span className={styles.longest} data-late={isLate}>
                {lane.waiting > 0 ? t('floor.longest', { time: waited(longest_ms, t) }) : lane.open ? ' ' : t('floor.closed')}
              </span>
            </div>
          );
        })}
        {layout?.lanes.flatMap((box, at) => {
          const seats = new Map(view.lanes[at]?.agents.map((seat) => [seat.agent, seat]));
          return box.seats.map((seatBox) => {
            const seat = seats.get(seatBox.agent);
            if (!seat) return null;
            return (
              <Seat
                key={seat.agent}
                agent={seat.agent}
                name={names.get(seat.agent) ?? ''}
                slug={slugs.get(seat.agent) ?? ''}
                presence={seat.presence}
                silent={seat.silent}
                open={seat.open}
                capacity={seat.capacity}
                x={seatBox.x}
                y={seatBox.y}
                width={seatBox.width}
                height={seatBox.height}
                isNamed={seatBox.detail === 'full'}
                isPicked={picked?.kind === 'agent' && picked.agent === seat.agent}
                onPick={pickAgent}
              />
            );
          });
        })}
        {layout &&
          ([
            ['bot', view.counters.bot],
            ['message', view.counters.message],
            ['ticket', view.counters.ticket],
          ] as const).map(([kind, many]) => {
            const box = layout.tray[kind];
            return (
              <span key={kind} className={styles.tray} style={{ left: box.x, top: box.y, width: box.width, height: box.height }} data-tray={kind} data-many={many}>
                {t(`floor.tray.${kind}`)} <b>{count(many, i18n.language)}</b>
              </span>
            );
          })}
        {layout && <span className={styles.fallback} style={{ top: layout.tray.box.y, height: layout.tray.bot.height + 13 }}>{t('floor.fallback')}</span>}
      </div>
    </div>
  );
}

/** The conversation that is drawn nearest to a point, if it is near at all. */
function nearest(dots: Dots, point: Point): number | null {
  const now_ms = performance.now();
  let found: { conversation: number; distance: number } | null = null;
  for (const dot of dots.all()) {
    if (dot.state === 'leaving') continue;
    const at = place(dot, now_ms);
    const distance = Math.hypot(at.x - point.x, at.y - point.y);
    if (distance < REACH && (!found || distance < found.distance)) found = { conversation: dot.conversation, distance };
  }
  return found?.conversation ?? null;
}

interface SeatProps {
  agent: number;
  name: string;
  slug: string;
  presence: Presence;
  silent: boolean;
  open: number;
  capacity: number;
  x: number;
  y: number;
  width: number;
  height: number;
  /** Whether the picture has room for the name. */
  isNamed: boolean;
  isPicked: boolean;
  /** Gives whether the agent is what was meant. */
  onPick: (agent: number, point: Point | null) => boolean;
}

/** An agent's place, for the pointer, the keyboard and who does not see the picture. Only those that change are drawn anew. */
const Seat = memo(function Seat({ agent, name, slug, presence, silent, open, capacity, x, y, width, height, isNamed, isPicked, onPick }: SeatProps) {
  const { t } = useTranslation();
  const state = presenceWords(t, { presence, silent });
  const label = t('floor.seat', { name, presence: state, open, capacity });
  return (
    <button
      type="button"
      className={styles.seat}
      style={{ left: x, top: y, width, height }}
      aria-label={label}
      title={isNamed ? undefined : label}
      data-agent={slug}
      data-presence={presence}
      data-silent={silent || undefined}
      data-open={open}
      aria-pressed={isPicked}
      onClick={(event) => {
        const sheet = event.currentTarget.parentElement?.getBoundingClientRect();
        const isByPointer = event.detail > 0 && sheet !== undefined;
        if (onPick(agent, isByPointer ? { x: event.clientX - sheet.left, y: event.clientY - sheet.top } : null)) event.stopPropagation();
      }}
    />
  );
});
