/** What a scenario's file says beside arrivals, as the form shows it, and the changes that the form makes to the file. */
import { parse } from 'smol-toml';
import type { Edit } from '../generated/types/Edit';

/** A length of time as the file has it: a mean, however it varies around it. */
export interface LengthSetting {
  mean: string;
  /** Where the mean stands in the file. */
  path: (string | number)[];
}

export interface IntentSetting {
  name: string;
  share: number;
  handle: LengthSetting | null;
}

export interface BreakSetting {
  at: string;
  length: string;
  share: number;
}

export const INCIDENT_KINDS = ['agents-drop', 'agents-silent', 'surge', 'channel-out'] as const;
export type IncidentKind = (typeof INCIDENT_KINDS)[number];
/** Whether it befalls agents, not what comes. */
export const isOfAgents = (kind: IncidentKind) => kind === 'agents-drop' || kind === 'agents-silent';

export interface IncidentSetting {
  at: string;
  length: string;
  kind: IncidentKind;
  group: string | null;
  channel: string | null;
  share: number | null;
  factor: number | null;
}

export interface Settings {
  intents: IntentSetting[];
  /** `null`: nobody leaves. */
  patience: LengthSetting | null;
  returning: number;
  vip: number[];
  /** The share of conversations that end with the bot. */
  contained: number;
  breaks: BreakSetting[];
  incidents: IncidentSetting[];
  dispersion: { day: number; stretch: number } | null;
}

/** As the engine has it where the file says nothing. */
const CONTAINED_DEFAULT = 0.6;

type Table = Record<string, unknown>;

/** `null`: the file cannot be read. */
export function readSettings(text: string): Settings | null {
  let root: Table;
  try {
    root = parse(text);
  } catch {
    return null;
  }
  const patience = tableOf(root['patience']);
  const dispersion = tableOf(root['dispersion']);
  return {
    intents: listOf(root['intent']).map(({ name, share, handle }, at) => ({
      name: String(name ?? ''),
      share: numberOf(share) ?? 0,
      handle: lengthOf(handle, ['intent', at, 'handle']),
    })),
    patience: patience['distribution'] === 'none' ? null : lengthOf(root['patience'], ['patience']),
    returning: numberOf(root['returning']) ?? 0,
    vip: Array.isArray(root['vip']) ? root['vip'].map((share) => numberOf(share) ?? 0) : [1],
    contained: numberOf(tableOf(root['bot'])['contained']) ?? CONTAINED_DEFAULT,
    breaks: listOf(tableOf(root['agents'])['breaks']).map(({ at, length, share }) => ({
      at: String(at ?? ''),
      length: String(length ?? ''),
      share: numberOf(share) ?? 1,
    })),
    incidents: listOf(root['incident']).map(({ at, length, kind, group, channel, share, factor }) => ({
      at: String(at ?? ''),
      length: String(length ?? ''),
      kind: INCIDENT_KINDS.find((known) => known === kind) ?? 'agents-drop',
      group: textOf(group),
      channel: textOf(channel),
      share: numberOf(share),
      factor: numberOf(factor),
    })),
    dispersion: 'day' in dispersion || 'stretch' in dispersion ? { day: numberOf(dispersion['day']) ?? 0, stretch: numberOf(dispersion['stretch']) ?? 0 } : null,
  };
}

/** Whether a path into one still leads to the same line of the other. */
export function hasSameLines(seen: Settings, now: Settings | null): boolean {
  return now !== null && (['intents', 'breaks', 'incidents'] as const).every((list) => seen[list].length === now[list].length);
}

/** One intent gets another share; the others keep theirs to each other, and all add up to 1. */
export function shareEdits(shares: readonly number[], at: number, share: number): Edit[] {
  const wanted = Math.min(Math.max(share, 0), 1);
  const others = shares.reduce((sum, one, index) => sum + (index === at ? 0 : one), 0);
  const next = shares.map((one, index) => {
    if (index === at) return rounded(wanted);
    return rounded(others > 0 ? (one / others) * (1 - wanted) : (1 - wanted) / Math.max(shares.length - 1, 1));
  });
  // What rounding leaves goes to the largest of the others.
  const largest = next.reduce((most, one, index) => (index !== at && (most === at || one > (next[most] ?? 0)) ? index : most), at);
  const rest = 1 - next.reduce((sum, one) => sum + one, 0);
  if (largest !== at) next[largest] = rounded((next[largest] ?? 0) + rest);
  return next.flatMap((value, index) => (value === shares[index] ? [] : [{ path: ['intent', index, 'share'], value }]));
}

/** Level 0 has what the others leave. */
export function vipEdits(levels: readonly number[]): Edit[] {
  const rest = rounded(1 - levels.reduce((sum, share) => sum + share, 0));
  return [{ path: ['vip'], value: [Math.max(rest, 0), ...levels] }];
}

export function incidentValue(incident: IncidentSetting): Record<string, string | number> {
  const { at, length, kind, group, channel, share, factor } = incident;
  const own =
    isOfAgents(kind)
      ? { ...(group === null ? {} : { group }), share: share ?? 0.3 }
      : kind === 'surge'
        ? { ...(channel === null ? {} : { channel }), factor: factor ?? 2 }
        : { channel: channel ?? '' };
  return { at, length, kind, ...own };
}

const rounded = (value: number) => Math.round(value * 10_000) / 10_000;

function lengthOf(value: unknown, path: (string | number)[]): LengthSetting | null {
  if (typeof value === 'string') return { mean: value, path };
  const { mean } = tableOf(value);
  return typeof mean === 'string' ? { mean, path: [...path, 'mean'] } : null;
}

function tableOf(value: unknown): Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Table) : {};
}

function listOf(value: unknown): Table[] {
  return Array.isArray(value) ? value.map(tableOf) : [];
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
