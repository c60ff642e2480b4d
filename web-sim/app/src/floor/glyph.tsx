import { corners, shapeOf } from './paint';
import type { FloorPlan } from '../generated/types/FloorPlan';

/** The shape of a channel's conversations. */
export function Glyph({ channel, plan, size = 9 }: { channel: number; plan: FloorPlan; size?: number }) {
  const middle = size / 2;
  const outline = corners(shapeOf(channel, plan), { x: middle, y: middle }, middle * 0.82);
  return (
    <svg width={size} height={size} aria-hidden="true" fill="currentColor">
      {outline ? <polygon points={outline.map(({ x, y }) => `${x},${y}`).join(' ')} /> : <circle cx={middle} cy={middle} r={middle * 0.86} />}
    </svg>
  );
}
