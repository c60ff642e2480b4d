/** Figures of a comparison as people read them. */
import type { TFunction } from 'i18next';
import type { DecidedBy } from '../generated/types/DecidedBy';
import type { Destination } from '../generated/types/Destination';
import type { Difference } from '../generated/types/Difference';
import type { Interval } from '../generated/types/Interval';
import type { Measure } from '../generated/types/Measure';
import { duration, percent } from '../simulate/format';

const SHARES: readonly Measure[] = ['service-level', 'waiting-probability', 'abandonment', 'fallback-share', 'misrouted', 'occupancy'];
const TIMES: readonly Measure[] = ['wait-mean', 'wait-p90'];

export function isTime(measure: Measure): boolean {
  return TIMES.includes(measure);
}

export function figure(measure: Measure, value: number | null, t: TFunction): string {
  if (value === null) return '–';
  if (SHARES.includes(measure)) return percent(value);
  if (isTime(measure)) return duration(value, t);
  return value.toFixed(measure === 'fairness' ? 3 : value < 100 ? 1 : 0);
}

/** A number in the unit of differences: points of a per cent, seconds. */
function scaled(measure: Measure, value: number): string {
  if (SHARES.includes(measure)) return (value * 100).toFixed(1);
  if (isTime(measure)) return (value / 1000).toFixed(1);
  return value.toFixed(measure === 'fairness' ? 3 : 1);
}

function withUnit(measure: Measure, value: string, t: TFunction): string {
  if (SHARES.includes(measure)) return t('compare.points', { value });
  return isTime(measure) ? t('simulate.unit.s', { value }) : value;
}

/** `2.1 ± 0.3 points`, without the sign. */
function size(measure: Measure, { mean, half_width }: Interval, t: TFunction): string {
  const within = half_width === null ? '' : ` ± ${scaled(measure, half_width)}`;
  return withUnit(measure, `${scaled(measure, Math.abs(mean))}${within}`, t);
}

/** `+2.1 ± 0.3 points`. What rounds to nothing has no sign. */
export function withInterval({ measure, difference, verdict }: Difference, t: TFunction): string {
  if (verdict === 'same') return '=';
  const sign = difference.mean < 0 ? '−' : '+';
  return `${Number(scaled(measure, difference.mean)) === 0 ? '' : sign}${size(measure, difference, t)}`;
}

/** The names that people know groups and rules by. */
export interface Names {
  group: (slug: string) => string;
  rule: (slug: string) => string;
  channel: (slug: string) => string;
}

export function destinationName(destination: Destination, names: Names, t: TFunction): string {
  if (destination === 'leave-message' || destination === 'ticket' || destination === 'nowhere') return t(`compare.end.${destination}`);
  if ('bot' in destination) return t('compare.bot', { name: destination.bot });
  const { group, tier } = destination.group;
  return tier === null ? names.group(group) : t('compare.tier', { group: names.group(group), tier });
}

export function decidedByName(by: DecidedBy, names: Names, t: TFunction): string {
  return typeof by === 'string' ? t(`compare.by.${by}`) : names.rule(by.rule);
}
