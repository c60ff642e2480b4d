/** Where everything stands on the floor, in pixels. */
import type { FloorPlan } from '../generated/types/FloorPlan';
import type { FloorView } from '../generated/types/FloorView';
import type { Lane } from '../generated/types/Lane';

export interface Point {
  x: number;
  y: number;
}

export interface Box extends Point {
  width: number;
  height: number;
}

/** How much of an agent is drawn, by the room there is. */
export type Detail = 'full' | 'short' | 'tiny';

export interface SeatBox extends Box {
  agent: number;
  detail: Detail;
  /** The middle of each place for a conversation. */
  places: readonly Point[];
}

export interface LaneBox extends Box {
  group: number;
  queue: Box;
  seats: readonly SeatBox[];
  /** Agents for whom there was no room. */
  hidden: number;
  /** The middles of the places in the queue, the head first. */
  waiting: readonly Point[];
  /** Waiting conversations behind the last place. */
  behind: number;
}

export interface Doors {
  channel: number;
  point: Point;
}

export interface Geometry {
  width: number;
  height: number;
  doors: readonly Doors[];
  lanes: readonly LaneBox[];
  /** Where bots, messages and tickets are. */
  tray: { box: Box; bot: Box; message: Box; ticket: Box };
}

export const LABEL_WIDTH = 118;
const DOORS_HEIGHT = 34;
const TRAY_HEIGHT = 40;
const LANE_HEIGHT_MIN = 46;
const LANE_HEIGHT_MAX = 104;
/** A conversation, and the room it takes. */
export const DOT = 4.2;
const STEP = 11;
/** The same within an agent's seat, where they stand closer. */
const SEAT_STEP = 10;
/** Places of an agent that are drawn one by one. */
const PLACES_MAX = 10;
/** How much wider a seat becomes where there is room. */
const WIDER_MAX = 24;

/** The height that so many lanes need at least. */
export function heightFor(lanes: number): number {
  return DOORS_HEIGHT + lanes * LANE_HEIGHT_MIN + TRAY_HEIGHT;
}

export function geometry(plan: FloorPlan, view: FloorView, width: number, room: number): Geometry {
  const height = Math.max(room, heightFor(view.lanes.length));
  const lanesRoom = height - DOORS_HEIGHT - TRAY_HEIGHT;
  const laneHeight = Math.min(lanesRoom / Math.max(view.lanes.length, 1), LANE_HEIGHT_MAX);
  const doorsWidth = width - LABEL_WIDTH - 16;
  const doors = plan.channels.map(({ id }, at) => ({
    channel: id,
    point: { x: LABEL_WIDTH + 18 + (doorsWidth * at) / plan.channels.length, y: DOORS_HEIGHT / 2 },
  }));
  const lanes = view.lanes.map((lane, at) => {
    const box = { x: 0, y: DOORS_HEIGHT + at * laneHeight, width, height: laneHeight };
    return laneBox(lane, box);
  });
  const top = DOORS_HEIGHT + laneHeight * view.lanes.length;
  const box = { x: 0, y: top, width, height: Math.max(height - top, TRAY_HEIGHT) };
  const third = (width - LABEL_WIDTH - 16) / 3;
  const part = (at: number) => ({ x: LABEL_WIDTH + 8 + third * at, y: top + 7, width: third - 8, height: TRAY_HEIGHT - 13 });
  return { width, height, doors, lanes, tray: { box, bot: part(0), message: part(1), ticket: part(2) } };
}

function laneBox(lane: Lane, box: Box): LaneBox {
  const queueWidth = Math.round((box.width - LABEL_WIDTH) * 0.28);
  const queue = { x: LABEL_WIDTH, y: box.y + 5, width: queueWidth, height: box.height - 10 };
  const rows = Math.max(Math.floor(queue.height / STEP), 1);
  const columns = Math.max(Math.floor((queue.width - 26) / STEP), 1);
  const shown = Math.min(lane.queue.length, rows * columns);
  const used = Math.min(rows, shown);
  const waiting = Array.from({ length: shown }, (_, at) => {
    const column = Math.floor(at / rows);
    const inColumn = Math.min(used, shown - column * rows);
    return {
      x: queue.x + queue.width - 14 - column * STEP,
      y: queue.y + queue.height / 2 + ((at % rows) - (inColumn - 1) / 2) * STEP,
    };
  });
  const room = { x: queue.x + queue.width + 10, y: box.y + 4, width: 0, height: box.height - 8 };
  room.width = box.width - room.x - 8;
  const { seats, hidden } = seatBoxes(lane, room);
  return { ...box, group: lane.group, queue, seats, hidden: hidden + lane.agents_left_out, waiting, behind: lane.waiting - shown };
}

const SIZES: Record<Detail, { gap: number; height: number; width: (capacity: number) => number }> = {
  full: { gap: 5, height: 36, width: (capacity) => Math.max(capacity * SEAT_STEP + 9, 59) },
  short: { gap: 4, height: 17, width: (capacity) => capacity * (SEAT_STEP - 1) + 7 },
  tiny: { gap: 3, height: 10, width: () => 10 },
};

/** The seats in as much detail as there is room for. */
function seatBoxes(lane: Lane, room: Box): { seats: SeatBox[]; hidden: number } {
  const capacity = Math.min(Math.max(...lane.agents.map((seat) => seat.capacity), 1), PLACES_MAX);
  for (const detail of ['full', 'short', 'tiny'] as const) {
    const size = SIZES[detail];
    const narrow = size.width(capacity);
    const rows = Math.max(Math.floor((room.height + size.gap) / (size.height + size.gap)), 1);
    // Where few sit, their names have more room.
    const needed = Math.max(Math.ceil(lane.agents.length / rows), 1);
    const even = (room.width + size.gap) / needed - size.gap;
    const width = detail === 'full' ? Math.min(Math.max(even, narrow), narrow + WIDER_MAX) : narrow;
    const columns = Math.max(Math.floor((room.width + size.gap) / (width + size.gap) + 0.001), 1);
    const fits = columns * rows;
    if (fits < lane.agents.length && detail !== 'tiny') continue;
    const shown = Math.min(lane.agents.length, fits);
    const used = Math.ceil(shown / columns);
    const top = room.y + (room.height - used * size.height - (used - 1) * size.gap) / 2;
    const seats = lane.agents.slice(0, shown).map((seat, at) => {
      const x = room.x + (at % columns) * (width + size.gap);
      const y = top + Math.floor(at / columns) * (size.height + size.gap);
      return { x, y, width, height: size.height, agent: seat.agent, detail, places: places(seat, detail, x, y, width, size.height) };
    });
    return { seats, hidden: lane.agents.length - shown };
  }
  return { seats: [], hidden: lane.agents.length };
}

function places(seat: Lane['agents'][number], detail: Detail, x: number, y: number, width: number, height: number): Point[] {
  const many = Math.min(Math.max(seat.capacity, seat.open), PLACES_MAX);
  if (detail === 'tiny') return Array.from({ length: many }, () => ({ x: x + width / 2, y: y + height / 2 }));
  const step = detail === 'full' ? SEAT_STEP : SEAT_STEP - 1;
  const from = detail === 'full' ? x + 9.5 : x + 8;
  const middle = detail === 'full' ? y + height - 10 : y + height / 2;
  return Array.from({ length: many }, (_, at) => ({ x: from + at * step, y: middle }));
}

export function middle(box: Box): Point {
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

export function isInside(box: Box, { x, y }: Point): boolean {
  return x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height;
}
