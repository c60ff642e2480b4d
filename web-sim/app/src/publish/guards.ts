/** Guards and the metrics they look at, as people read them. */
import type { TFunction } from 'i18next';
import type { CanaryGuards } from '../generated/types/CanaryGuards';
import type { GuardMetric } from '../generated/types/GuardMetric';

export type Guard = keyof CanaryGuards;

export const METRIC_OF: Readonly<Record<Guard, GuardMetric>> = {
  waiting: 'waiting',
  longest_wait_ms: 'longest-wait',
  online_min: 'online',
  unanswered: 'unanswered',
  fallback_points: 'fallback',
  abandoned_points: 'abandoned',
  failures: 'failures',
};

export const GUARDS = Object.keys(METRIC_OF) as readonly Guard[];

/** What one unit on the page is to the engine: waits are shown in seconds. */
export const scaleOf = (guard: Guard) => (guard === 'longest_wait_ms' ? 1_000 : 1);

/** Which guard did not hold, with what was read. */
export function breachWords(t: TFunction, metric: GuardMetric, reading: number, limit: number): string {
  const guard = GUARDS.find((guard) => METRIC_OF[guard] === metric) ?? 'waiting';
  const shown = (value: number) => Math.round(value / scaleOf(guard));
  return t('publish.breach', { guard: t(`publish.guard.${guard}`), reading: shown(reading), limit: shown(limit) });
}
