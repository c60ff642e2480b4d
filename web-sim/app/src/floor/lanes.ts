/** Which groups the floor shows while nobody has chosen any. */
import type { FloorPlan } from '../generated/types/FloorPlan';
import type { Report } from '../generated/types/Report';

/** More lanes than this would be too thin to read. */
export const LANES_SHOWN = 7;
/** The most that can be chosen. */
export const LANES_MAX = 24;

/** The busiest groups of the day, in the tenant's own order; without a report, those with most people. */
export function chosenGroups(plan: FloorPlan, report: Report | null): number[] {
  const busy = new Map(report?.kpi.groups.map(({ group, figures }) => [group, figures.conversations]));
  const weigh = (group: FloorPlan['groups'][number]) => (report ? (busy.get(group.slug) ?? 0) : group.members);
  const chosen = plan.groups
    .filter((group) => weigh(group) > 0 || group.members > 0)
    .toSorted((a, b) => weigh(b) - weigh(a) || a.id - b.id)
    .slice(0, LANES_SHOWN);
  return chosen.map(({ id }) => id).sort((a, b) => a - b);
}
