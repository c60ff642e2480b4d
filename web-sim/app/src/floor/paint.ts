/** Draws the floor. */
import type { FloorPlan } from '../generated/types/FloorPlan';
import type { FloorView } from '../generated/types/FloorView';
import type { AgentSeat } from '../generated/types/AgentSeat';
import { fontText, type Palette } from '../theme/palette';
import { place, progress, type Dot, type Dots } from './dots';
import { DOT, type Box, type Geometry, type LaneBox, type Point, type SeatBox } from './geometry';

export interface Words {
  away: string;
  busy: string;
  offline: string;
  silent: string;
}

export interface Scene {
  plan: FloorPlan;
  view: FloorView;
  geometry: Geometry;
  dots: Dots;
  palette: Palette;
  words: Words;
  names: ReadonlyMap<number, string>;
  /** Highlighted: the conversation or agent under the pointer or picked. */
  conversation: number | null;
  agent: number | null;
}

type Context = CanvasRenderingContext2D;

export function paint(context: Context, scene: Scene, now_ms: number): void {
  const { geometry, palette, view } = scene;
  context.clearRect(0, 0, geometry.width, geometry.height);
  context.lineWidth = 1;
  view.lanes.forEach((lane, at) => {
    const box = geometry.lanes[at];
    if (!box) return;
    paintLane(context, scene, box, at);
    const seats = new Map(lane.agents.map((seat) => [seat.agent, seat]));
    for (const seatBox of box.seats) {
      const seat = seats.get(seatBox.agent);
      if (seat) paintSeat(context, scene, seatBox, seat);
    }
    if (box.behind > 0) {
      text(context, `+${box.behind}`, box.queue.x + 4, box.queue.y + box.queue.height / 2, palette.bad, 600, 11);
    }
    if (box.hidden > 0) {
      context.textAlign = 'right';
      text(context, `+${box.hidden}`, box.width - 6, box.y + box.height - 9, palette.muted, 600, 10.5);
      context.textAlign = 'left';
    }
  });
  paintTray(context, scene);
  const targets = new Map(scene.plan.groups.map(({ id, target_wait_ms }) => [id, target_wait_ms]));
  for (const dot of scene.dots.all()) paintDot(context, scene, dot, targets, now_ms);
}

function paintLane(context: Context, { palette, geometry }: Scene, lane: LaneBox, at: number): void {
  context.fillStyle = at % 2 === 0 ? palette.surface : palette.raised;
  context.fillRect(lane.x, lane.y, lane.width, lane.height);
  context.strokeStyle = palette.hairline;
  line(context, 0, lane.y + 0.5, geometry.width, lane.y + 0.5);
  // The gate between the queue and the seats.
  const x = Math.round(lane.queue.x + lane.queue.width) + 0.5;
  context.strokeStyle = lane.waiting.length > 0 ? palette.faint : palette.border;
  context.setLineDash([2, 3]);
  line(context, x, lane.y + 8, x, lane.y + lane.height - 8);
  context.setLineDash([]);
}

interface SeatLook {
  fill: string;
  outline: string;
  state: string;
  isDashed: boolean;
}

/** How a seat looks: by whether its agent is there, answers, and could take more. */
function seatLook({ presence, silent, open, capacity }: AgentSeat, palette: Palette): SeatLook {
  if (presence !== 'online') return { fill: palette.ground, outline: palette.faint, state: palette.muted, isDashed: true };
  if (silent) return { fill: palette.badSoft, outline: palette.bad, state: palette.bad, isDashed: true };
  if (open >= capacity) return { fill: palette.warnSoft, outline: palette.warn, state: palette.warn, isDashed: false };
  return { fill: palette.surface, outline: palette.border, state: palette.muted, isDashed: false };
}

function stateOf({ presence, silent, open, capacity }: AgentSeat, words: Words): string {
  if (presence !== 'online') return words[presence];
  return silent ? `${words.silent} ${open}` : `${open}/${capacity}`;
}

function paintSeat(context: Context, scene: Scene, box: SeatBox, seat: AgentSeat): void {
  const { palette, words, names } = scene;
  const look = seatLook(seat, palette);
  const isPicked = scene.agent === seat.agent;
  context.globalAlpha = seat.presence === 'offline' ? 0.62 : 1;
  context.beginPath();
  context.roundRect(box.x + 0.5, box.y + 0.5, box.width - 1, box.height - 1, box.detail === 'tiny' ? 3 : 6);
  context.fillStyle = look.fill;
  context.fill();
  context.strokeStyle = isPicked ? palette.track : look.outline;
  context.lineWidth = isPicked ? 2 : 1;
  if (look.isDashed) context.setLineDash([3, 2.5]);
  context.stroke();
  context.setLineDash([]);
  context.lineWidth = 1;
  if (box.detail === 'tiny') {
    const height = (box.height - 3) * Math.min(seat.open / Math.max(seat.capacity, 1), 1);
    context.fillStyle = seat.open >= seat.capacity ? palette.warn : palette.blue;
    context.fillRect(box.x + 1.5, box.y + box.height - 1.5 - height, box.width - 3, height);
  } else {
    context.strokeStyle = palette.border;
    for (const point of box.places.slice(0, seat.capacity)) {
      context.beginPath();
      context.arc(point.x, point.y, 2.4, 0, Math.PI * 2);
      context.stroke();
    }
  }
  if (box.detail === 'full') {
    const state = stateOf(seat, words);
    context.textAlign = 'right';
    text(context, state, box.x + box.width - 6, box.y + 11, look.state, 500, 10);
    const room = box.width - 14 - context.measureText(state).width;
    context.textAlign = 'left';
    text(context, fitted(context, names.get(seat.agent) ?? '', room), box.x + 6, box.y + 11, seat.presence === 'online' ? palette.text : palette.muted, 500, 11);
  }
  context.globalAlpha = 1;
}

function paintTray(context: Context, { geometry: { tray }, palette }: Scene): void {
  context.fillStyle = palette.ground;
  context.fillRect(0, tray.box.y, tray.box.width, tray.box.height);
  context.strokeStyle = palette.border;
  line(context, 0, tray.box.y + 0.5, tray.box.width, tray.box.y + 0.5);
  for (const box of [tray.bot, tray.message, tray.ticket]) {
    context.beginPath();
    context.roundRect(box.x + 0.5, box.y + 0.5, box.width - 1, box.height - 1, 6);
    context.fillStyle = palette.surface;
    context.fill();
    context.setLineDash([3, 3]);
    context.stroke();
    context.setLineDash([]);
  }
}

function paintDot(context: Context, scene: Scene, dot: Dot, targets: ReadonlyMap<number, number>, now_ms: number): void {
  const { palette, view, plan } = scene;
  const share = progress(dot, now_ms);
  if (dot.state === 'leaving' && share >= 1) return;
  const { x, y } = place(dot, now_ms);
  const waited_ms = view.at - dot.since;
  const target_ms = targets.get(dot.group) ?? Infinity;
  const isLate = dot.state === 'waiting' && waited_ms > target_ms;
  const colour =
    dot.state === 'leaving'
      ? dot.left === 'abandoned'
        ? palette.bad
        : dot.left === 'served'
          ? palette.good
          : palette.violet
      : dot.state === 'in-hand'
        ? palette.blue
        : waited_ms > target_ms * 3
          ? palette.bad
          : isLate
            ? palette.warn
            : palette.track;
  context.globalAlpha = dot.state === 'leaving' ? 1 - share ** 2 : 1;
  const size = dot.conversation === scene.conversation ? DOT + 1.6 : DOT;
  // Late is seen without colour, too: such a one is hollow.
  context.fillStyle = isLate ? palette.surface : colour;
  context.strokeStyle = colour;
  shape(context, shapeOf(dot.channel, plan), { x, y }, isLate ? size - 0.6 : size);
  context.fill();
  if (isLate) {
    context.lineWidth = 1.7;
    context.stroke();
  }
  context.lineWidth = 1;
  if (dot.vip > 0) {
    context.strokeStyle = palette.text;
    context.lineWidth = 1.1;
    shape(context, shapeOf(dot.channel, plan), { x, y }, size + 1.3);
    context.stroke();
    context.lineWidth = 1;
  }
  if (dot.conversation === scene.conversation) {
    context.strokeStyle = palette.text;
    context.beginPath();
    context.arc(x, y, size + 4, 0, Math.PI * 2);
    context.stroke();
  }
  context.globalAlpha = 1;
}

/** The shapes of channels, by their order: told apart without colour. */
export const SHAPES = ['circle', 'square', 'triangle', 'diamond', 'drop', 'hexagon', 'cross', 'bar'] as const;
export type Shape = (typeof SHAPES)[number];

export function shapeOf(channel: number, plan: FloorPlan): Shape {
  const at = plan.channels.findIndex(({ id }) => id === channel);
  return SHAPES[Math.max(at, 0) % SHAPES.length] ?? 'circle';
}

/** The outline of a shape, as a path on a canvas or in an SVG of the same commands. */
export function corners(kind: Shape, { x, y }: Point, r: number): Point[] | null {
  const ring = (many: number, turn: number, radius: number) =>
    Array.from({ length: many }, (_, at) => {
      const angle = turn + (at * 2 * Math.PI) / many;
      return { x: x + Math.cos(angle) * radius, y: y + Math.sin(angle) * radius };
    });
  switch (kind) {
    case 'circle':
      return null;
    case 'square':
      return ring(4, Math.PI / 4, r * 1.25);
    case 'triangle':
      return ring(3, -Math.PI / 2, r * 1.3);
    case 'diamond':
      return ring(4, 0, r * 1.25);
    case 'drop':
      return ring(3, Math.PI / 2, r * 1.3);
    case 'hexagon':
      return ring(6, 0, r * 1.1);
    case 'cross': {
      const [a, b] = [r * 1.1, r * 0.42];
      const turns: [number, number][] = [[-b, -a], [b, -a], [b, -b], [a, -b], [a, b], [b, b], [b, a], [-b, a], [-b, b], [-a, b], [-a, -b], [-b, -b]];
      return turns.map(([dx, dy]) => ({ x: x + dx, y: y + dy }));
    }
    case 'bar':
      return [[-r * 1.15, -r * 0.6], [r * 1.15, -r * 0.6], [r * 1.15, r * 0.6], [-r * 1.15, r * 0.6]].map(([dx = 0, dy = 0]) => ({ x: x + dx, y: y + dy }));
  }
}

function shape(context: Context, kind: Shape, point: Point, r: number): void {
  context.beginPath();
  const outline = corners(kind, point, r);
  if (!outline) {
    context.arc(point.x, point.y, r, 0, Math.PI * 2);
    return;
  }
  outline.forEach(({ x, y }, at) => (at === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
  context.closePath();
}

function line(context: Context, x1: number, y1: number, x2: number, y2: number): void {
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
}

function text(context: Context, value: string, x: number, y: number, colour: string, weight: number, size: number): void {
  context.font = `${weight} ${size}px ${fontText}`;
  context.textBaseline = 'middle';
  context.fillStyle = colour;
  context.fillText(value, x, y);
}

function fitted(context: Context, value: string, room: number): string {
  context.font = `500 11px ${fontText}`;
  if (context.measureText(value).width <= room) return value;
  let shown = value;
  while (shown.length > 1 && context.measureText(`${shown}…`).width > room) shown = shown.slice(0, -1);
  return `${shown}…`;
}

export type { Box };
