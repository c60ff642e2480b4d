/**
 * The conversations as they are drawn. Where each belongs follows from the view alone; what is drawn between two views
 * is only the way there.
 */
import type { FloorView } from '../generated/types/FloorView';
import type { Move } from '../generated/types/Move';
import type { Spot } from '../generated/types/Spot';
import { middle, type Geometry, type Point } from './geometry';

export type DotState = 'waiting' | 'in-hand' | 'leaving';

export interface Dot {
  conversation: number;
  channel: number;
  vip: number;
  state: DotState;
  /** Waiting: since when. In hand: since when, too. */
  since: number;
  /** The group it waits for or is served for. */
  group: number;
  /** The agent who has it. */
  agent: number | null;
  intent: number;
  rule: number | null;
  /** The way from here to there. */
  from: Point;
  to: Point;
  begun_ms: number;
  took_ms: number;
  /** Of one that leaves: where it left from. */
  left: 'served' | 'abandoned' | 'away' | null;
}

/** How long a move is drawn at a speed: long enough to be seen, short enough to be over before the next. */
export function moveTime(speed: number): number {
  if (speed <= 10) return 620;
  if (speed <= 60) return 460;
  if (speed <= 300) return 300;
  if (speed <= 1200) return 170;
  return 90;
}

export function place(dot: Dot, now_ms: number): Point {
  const share = progress(dot, now_ms);
  const eased = 1 - (1 - share) ** 3;
  return { x: dot.from.x + (dot.to.x - dot.from.x) * eased, y: dot.from.y + (dot.to.y - dot.from.y) * eased };
}

/** How much of its way a dot has gone: 0 to 1. */
export function progress({ begun_ms, took_ms }: Dot, now_ms: number): number {
  return took_ms <= 0 ? 1 : Math.min(Math.max((now_ms - begun_ms) / took_ms, 0), 1);
}

export class Dots {
  #dots = new Map<number, Dot>();

  all(): IterableIterator<Dot> {
    return this.#dots.values();
  }

  get(conversation: number): Dot | undefined {
    return this.#dots.get(conversation);
  }

  /** Whether something is still on its way. */
  isMoving(now_ms: number): boolean {
    for (const dot of this.#dots.values()) if (progress(dot, now_ms) < 1) return true;
    return false;
  }

  /** Takes over a view. With `took_ms` 0 nothing moves: everything is where it belongs at once. */
  follow(view: FloorView, geometry: Geometry, now_ms: number, took_ms: number): void {
    const moves = new Map<number, Move>();
    const origins = new Map<number, Spot>();
    for (const move of view.moves) {
      if (!origins.has(move.conversation)) origins.set(move.conversation, move.from);
      moves.set(move.conversation, move);
    }
    const next = new Map<number, Dot>();
    const put = (dot: Omit<Dot, 'from' | 'begun_ms' | 'took_ms' | 'left'>) => {
      const before = this.#dots.get(dot.conversation);
      const isThere = before && before.state !== 'leaving' && before.to.x === dot.to.x && before.to.y === dot.to.y;
      if (isThere) {
        next.set(dot.conversation, { ...before, ...dot });
        return;
      }
      const origin = origins.get(dot.conversation);
      const from = before
        ? place(before, now_ms)
        : origin && origin.kind !== 'queue' && origin.kind !== 'agent'
          ? spotPoint(origin, dot.channel, geometry)
          : dot.to;
      next.set(dot.conversation, { ...dot, from, begun_ms: now_ms, took_ms, left: null });
    };
    view.lanes.forEach((lane, at) => {
      const box = geometry.lanes[at];
      if (!box) return;
      lane.queue.forEach((waiting, index) => {
        const to = box.waiting[index];
        if (to) put({ ...waiting, state: 'waiting', group: lane.group, agent: null, to });
      });
      const boxes = new Map(box.seats.map((seat) => [seat.agent, seat]));
      for (const seat of lane.agents) {
        const places = boxes.get(seat.agent)?.places ?? [];
        const taken = this.#places(seat.in_hand.map(({ conversation }) => conversation), places);
        seat.in_hand.forEach((one, index) => {
          const to = places[taken[index] ?? index];
          if (to) put({ ...one, state: 'in-hand', agent: seat.agent, to });
        });
      }
    });
    if (took_ms > 0) this.#leave(view, moves, origins, next, geometry, now_ms, took_ms);
    this.#dots = next;
  }

  /** The place of each conversation: the one it has, or the first that is free. Nobody is moved up when one ends. */
  #places(conversations: readonly number[], places: readonly Point[]): number[] {
    const at = conversations.map((conversation) => {
      const dot = this.#dots.get(conversation);
      return dot && dot.state === 'in-hand' ? places.findIndex(({ x, y }) => x === dot.to.x && y === dot.to.y) : -1;
    });
    const taken = new Set<number>();
    const kept = at.map((index) => {
      if (index < 0 || taken.has(index)) return -1;
      taken.add(index);
      return index;
    });
    let free = 0;
    return kept.map((index) => {
      if (index >= 0) return index;
      while (taken.has(free)) free += 1;
      taken.add(free);
      return free;
    });
  }

  /** What is no longer there goes; what only passed through is seen going, too. */
  #leave(
    view: FloorView,
    moves: ReadonlyMap<number, Move>,
    origins: ReadonlyMap<number, Spot>,
    next: Map<number, Dot>,
    geometry: Geometry,
    now_ms: number,
    took_ms: number,
  ): void {
    for (const move of moves.values()) {
      const { conversation, channel, intent, rule, from: last, to } = move;
      if (next.has(conversation) || (to.kind !== 'gone' && to.kind !== 'bot' && to.kind !== 'message' && to.kind !== 'ticket')) continue;
      const before = this.#dots.get(conversation);
      const origin = origins.get(conversation) ?? last;
      if (!before && (origin.kind === 'queue' || origin.kind === 'agent')) continue;
      const from = before ? place(before, now_ms) : spotPoint(origin, channel, geometry);
      const left = to.kind !== 'gone' || last.kind === 'bot' || last.kind === 'message' || last.kind === 'ticket' ? 'away' : last.kind === 'queue' ? 'abandoned' : 'served';
      if (left === 'away' && to.kind === 'gone') continue; // it has left the floor before
      const point = left === 'away' ? spotPoint(to, channel, geometry) : { x: from.x + (left === 'served' ? 0 : -16), y: from.y + (left === 'served' ? -13 : 15) };
      next.set(conversation, {
        conversation,
        channel,
        vip: before?.vip ?? 0,
        state: 'leaving',
        since: view.at,
        group: before?.group ?? -1,
        agent: null,
        intent,
        rule,
        from,
        to: point,
        begun_ms: now_ms,
        took_ms: took_ms * 1.2,
        left,
      });
    }
    for (const dot of this.#dots.values()) {
      if (dot.state === 'leaving' && !next.has(dot.conversation) && progress(dot, now_ms) < 1) next.set(dot.conversation, dot);
    }
  }
}

/** Where a place outside the lanes is. */
export function spotPoint(spot: Spot, channel: number, { doors, tray, width }: Geometry): Point {
  switch (spot.kind) {
    case 'outside':
      return doors.find((door) => door.channel === channel)?.point ?? { x: width / 2, y: 0 };
    case 'bot':
      return middle(tray.bot);
    case 'message':
      return middle(tray.message);
    case 'ticket':
      return middle(tray.ticket);
    default:
      return { x: width / 2, y: 0 };
  }
}
