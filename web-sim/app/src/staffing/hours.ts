/** The cells of an answer as rows and columns, and each in words. */
import type { TFunction } from 'i18next';
import type { StaffingCell } from '../generated/types/StaffingCell';
import { count, duration } from '../simulate/format';

export interface Grid {
  groups: readonly { slug: string; name: string }[];
  /** The hours at which anybody comes, in order. */
  hours: readonly { hour: number; at: number }[];
  cell: (group: string, hour: number) => StaffingCell | undefined;
}

/** Groups and hours to which nobody comes are left out. */
export function gridOf(cells: readonly StaffingCell[]): Grid {
  const busy = cells.filter(({ conversations }) => conversations > 0);
  const groups = new Map(busy.map(({ group, name }) => [group, { slug: group, name }]));
  const hours = new Map(busy.map(({ hour, at }) => [hour, { hour, at }]));
  const byPlace = new Map(cells.map((cell) => [`${cell.group} ${cell.hour}`, cell]));
  return {
    groups: [...groups.values()],
    hours: [...hours.values()].toSorted((a, b) => a.hour - b.hour),
    cell: (group, hour) => byPlace.get(`${group} ${hour}`),
  };
}

/** What stands in a cell: `−2`, `✓`, `+1`; never a colour alone. */
export function sign({ staffed, conversations }: StaffingCell): string {
  if (conversations === 0) return '';
  if (!staffed) return '…';
  switch (staffed.kind) {
    case 'too-few':
      return `−${staffed.missing}`;
    case 'just-enough':
      return '≈';
    case 'enough':
      return staffed.spare === 0 ? '✓' : `+${staffed.spare}`;
    case 'never-enough':
      return '✗';
  }
}

/** How a cell is: below zero something is missing, above it is more than enough. */
export function gap({ staffed }: StaffingCell): number | null {
  if (!staffed) return null;
  if (staffed.kind === 'too-few') return -staffed.missing;
  return staffed.kind === 'enough' ? staffed.spare : 0;
}

export function verdict({ staffed, conversations }: StaffingCell, t: TFunction): string {
  if (conversations === 0) return t('staffing.nobodyComes');
  if (!staffed) return t('staffing.notYet');
  if (staffed.kind === 'too-few') return t('staffing.verdict.too-few', { count: staffed.missing });
  if (staffed.kind === 'enough') return staffed.spare === 0 ? t('staffing.verdict.enough') : t('staffing.verdict.spare', { count: staffed.spare });
  return t(`staffing.verdict.${staffed.kind}`);
}

export function agents(number: number | null | undefined): string {
  return number === null || number === undefined ? '–' : String(number);
}

/** Everything about a cell, in names and values. */
export function details(cell: StaffingCell, t: TFunction, language: string): readonly (readonly [string, string])[] {
  const { conversations, handle_ms_mean, capacity, scheduled, need } = cell;
  return [
    [t('staffing.conversations'), conversations.toFixed(1)],
    [t('staffing.handle'), duration(handle_ms_mean, t)],
    [t('staffing.capacity'), count(capacity, language)],
    [t('staffing.scheduled'), count(scheduled, language)],
    [t('staffing.likely'), agents(need?.likely)],
    [t('staffing.sure'), agents(need?.sure)],
    [t('staffing.erlangC'), agents(need?.erlang_c)],
  ];
}
