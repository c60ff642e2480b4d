import { describe, expect, it } from 'vitest';
import type { FloorPlan } from '../generated/types/FloorPlan';
import type { FloorView } from '../generated/types/FloorView';
import type { Lane } from '../generated/types/Lane';
import type { Move } from '../generated/types/Move';
import { Dots, place, progress } from './dots';
import { geometry, isInside, type Geometry } from './geometry';

const group = { id: 3, slug: 'presale', name: 'Presale', target_wait_ms: 20_000, queue_length_max: null, members: 2 };
const plan: FloorPlan = {
  revision: '',
  start: 0,
  end: 86_400_000,
  groups: [group],
  agents: [],
  channels: [
    { id: 0, slug: 'website', name: 'Website' },
    { id: 1, slug: 'app', name: 'App' },
  ],
  rules: [],
  intents: ['refund'],
};
const one = (conversation: number, more = {}) => ({ conversation, channel: 1, since: 0, vip: 0, intent: 0, rule: null, ...more });
const seat = (agent: number, conversations: number[], capacity = 5): Lane['agents'][number] => ({
  agent,
  presence: 'online',
  sent: false,
  silent: false,
  capacity,
  open: conversations.length,
  in_hand: conversations.map((conversation) => ({ ...one(conversation), group: 3 })),
});

function view(queue: number[], agents: Lane['agents'], moves: Partial<Move>[] = []): FloorView {
  const lane: Lane = { group: 3, open: true, waiting: queue.length, in_hand: 0, queue: queue.map((id) => one(id)), agents, agents_left_out: 0, offline: 0 };
  const whole = moves.map((move) => ({ at: 0, channel: 1, intent: 0, rule: null, ...move }) as Move);
  return { at: 1_000, next_at: null, ended: 'running', revision: '', counters: {} as never, channels: [], lanes: [lane], moves: whole, moves_left_out: 0 };
}

const laidOut = (of: FloorView): Geometry => geometry(plan, of, 660, 440);
const at = (dots: Dots, conversation: number, now_ms: number) => {
  const dot = dots.get(conversation);
  return dot && place(dot, now_ms);
};

describe('the conversations on the floor', () => {
  it('come in by the door of their channel and go to the place that the view says', () => {
    const dots = new Dots();
    const seen = view([7], [], [{ conversation: 7, from: { kind: 'outside' }, to: { kind: 'queue', group: 3 } }]);
    const layout = laidOut(seen);
    dots.follow(seen, layout, 0, 400);
    expect(at(dots, 7, 0)).toEqual(layout.doors[1]?.point);
    expect(at(dots, 7, 400)).toEqual(layout.lanes[0]?.waiting[0]);
    expect(dots.isMoving(399)).toBe(true);
    expect(dots.isMoving(400)).toBe(false);
  });

  it('are where they belong at once after a jump', () => {
    const dots = new Dots();
    const seen = view([1, 2, 3], [seat(9, [4])]);
    const layout = laidOut(seen);
    dots.follow(seen, layout, 0, 0);
    expect(dots.isMoving(0)).toBe(false);
    expect([1, 2, 3].map((id) => at(dots, id, 0))).toEqual(layout.lanes[0]?.waiting);
    expect(at(dots, 4, 0)).toEqual(layout.lanes[0]?.seats[0]?.places[0]);
  });

  it('keep their place with an agent when another one ends', () => {
    const dots = new Dots();
    const before = view([], [seat(9, [4, 5, 6])]);
    const layout = laidOut(before);
    dots.follow(before, layout, 0, 0);
    const kept = at(dots, 6, 0);
    const served: Partial<Move> = { conversation: 4, from: { kind: 'agent', agent: 9, group: 3 }, to: { kind: 'gone' } };
    dots.follow(view([], [seat(9, [5, 6])], [served]), layout, 10, 400);
    expect(at(dots, 6, 400)).toEqual(kept);
    expect(dots.get(4)).toMatchObject({ state: 'leaving', left: 'served' });
    // The next one takes the place that is free, and what has left is forgotten.
    dots.follow(view([], [seat(9, [5, 6, 8])]), layout, 2_000, 0);
    expect(at(dots, 8, 2_000)).toEqual(layout.lanes[0]?.seats[0]?.places[0]);
    expect(dots.get(4)).toBeUndefined();
  });

  it('leave by what became of them', () => {
    const dots = new Dots();
    const before = view([1, 2], []);
    const layout = laidOut(before);
    dots.follow(before, layout, 0, 0);
    const moves: Partial<Move>[] = [
      { conversation: 1, from: { kind: 'queue', group: 3 }, to: { kind: 'gone' } },
      { conversation: 2, from: { kind: 'queue', group: 3 }, to: { kind: 'message' } },
    ];
    dots.follow(view([], [], moves), layout, 0, 400);
    expect(dots.get(1)?.left).toBe('abandoned');
    expect(dots.get(2)?.left).toBe('away');
    const end = at(dots, 2, 10_000);
    expect(end && isInside(layout.tray.message, end)).toBe(true);
  });

  it('go on from where they are drawn when they move again on their way', () => {
    const dots = new Dots();
    const first = view([7], [seat(9, [])], [{ conversation: 7, from: { kind: 'outside' }, to: { kind: 'queue', group: 3 } }]);
    dots.follow(first, laidOut(first), 0, 400);
    const halfway = at(dots, 7, 150);
    const second = view([], [seat(9, [7])], [{ conversation: 7, from: { kind: 'queue', group: 3 }, to: { kind: 'agent', agent: 9, group: 3 } }]);
    dots.follow(second, laidOut(second), 150, 400);
    expect(at(dots, 7, 150)).toEqual(halfway);
    const dot = dots.get(7);
    expect(dot && progress(dot, 150)).toBe(0);
    expect(at(dots, 7, 550)).toEqual(laidOut(second).lanes[0]?.seats[0]?.places[0]);
  });
});

describe('the floor plan', () => {
  it('has room for everybody, in less detail where there are many', () => {
    for (const many of [1, 5, 12, 40, 200]) {
      const seen = view([], Array.from({ length: many }, (_, agent) => seat(agent, [])));
      const lane = laidOut({ ...seen, lanes: Array.from({ length: 5 }, () => seen.lanes[0] as Lane) }).lanes[0];
      expect((lane?.seats.length ?? 0) + (lane?.hidden ?? 0)).toBe(many);
      if (many <= 40) expect(lane?.hidden).toBe(0);
      for (const [index, box] of (lane?.seats ?? []).entries()) {
        expect(lane && isInside(lane, box) && box.x + box.width <= lane.width).toBe(true);
        const others = lane?.seats.slice(index + 1) ?? [];
        expect(others.some((other) => isInside(box, other))).toBe(false);
      }
    }
  });

  it('counts those in a queue for whom there is no place', () => {
    const seen = view(Array.from({ length: 80 }, (_, id) => id), []);
    seen.lanes[0] = { ...(seen.lanes[0] as Lane), waiting: 230 };
    const lane = geometry(plan, { ...seen, lanes: Array.from({ length: 7 }, () => seen.lanes[0] as Lane) }, 660, 440).lanes[0];
    expect((lane?.waiting.length ?? 0) + (lane?.behind ?? 0)).toBe(230);
    expect(lane?.waiting.every((point) => lane !== undefined && isInside(lane.queue, point))).toBe(true);
  });
});
