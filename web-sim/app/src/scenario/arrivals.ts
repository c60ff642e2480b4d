/**
 * How often conversations arrive, as a scenario's file says it: read for the picture, and changed where the file says it,
 * so that everything else in the file stays as it is.
 */
import { parse } from 'smol-toml';
import type { Edit } from '../generated/types/Edit';
import { INCIDENT_KINDS, type IncidentKind } from './settings';

export const HOURS = 24;
const WEEK = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
/** In how many pieces the file may cut a day. */
const PIECES = [24, 48, 96, 288];
/** Conversations an hour; the engine refuses more. */
export const RATE_MAX = 1_000_000;

/** One channel's everyday rates, of every day or of some days of the week. */
export interface ChannelRates {
  channel: string;
  /** Such as `mon-fri`; `null`: every day. */
  days: string | null;
  /** Conversations an hour, by hour of the day. */
  hours: readonly number[];
  /** The rates as fine as the file has them: as many as hours, or a multiple; `null`: it has one for all. */
  pieces: readonly number[] | null;
}

/** A stretch of the day with something special about it. */
export interface Special {
  kind: IncidentKind;
  /** Hours of the day, with fractions; `to` may lie behind midnight. */
  from: number;
  to: number;
  /** `null`: all channels. */
  channel: string | null;
  factor: number | null;
}

export interface Arrivals {
  channels: ChannelRates[];
  special: Special[];
}

type Table = Record<string, unknown>;

/** `null`: the file cannot be read, or says nothing about arrivals. */
export function readArrivals(text: string): Arrivals | null {
  let root: Table;
  try {
    root = parse(text);
  } catch {
    return null;
  }
  const shapes = Object.entries(tableOf(root['rate_shape'])).flatMap(([channel, shape]) =>
    Array.isArray(shape)
      ? shapeOf(channel, null, shape)
      : Object.entries(tableOf(shape)).flatMap(([days, pieces]) => shapeOf(channel, days, pieces)),
  );
  const constants = Object.entries(tableOf(root['rate'])).flatMap(([channel, rate]) =>
    typeof rate === 'number' ? [{ channel, days: null, hours: Array.from({ length: HOURS }, () => rate), pieces: null }] : [],
  );
  const channels = [...shapes, ...constants];
  if (channels.length === 0) return null;
  return { channels, special: [...listOf(root['surge']).flatMap(surge), ...listOf(root['incident']).flatMap(incident)] };
}

/** The names of the file's intents. */
export function readIntents(text: string): string[] {
  try {
    return listOf(parse(text)['intent']).flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
  } catch {
    return [];
  }
}

function shapeOf(channel: string, days: string | null, pieces: unknown): ChannelRates[] {
  if (!Array.isArray(pieces) || !PIECES.includes(pieces.length) || !pieces.every((rate) => typeof rate === 'number')) return [];
  const each = pieces.length / HOURS;
  const hours = Array.from({ length: HOURS }, (_, hour) => pieces.slice(hour * each, (hour + 1) * each).reduce((sum: number, rate: number) => sum + rate, 0) / each);
  return [{ channel, days, hours, pieces }];
}

/** How many days of the week `mon-fri` are. */
function daysOf(days: string | null): number {
  if (days === null) return WEEK.length;
  const [first = '', last = first] = days.split('-');
  return ((WEEK.indexOf(last) - WEEK.indexOf(first) + WEEK.length) % WEEK.length) + 1;
}

/** The rates of all channels together, in the mean over the week. */
export function totalOf(channels: readonly ChannelRates[]): number[] {
  return Array.from({ length: HOURS }, (_, hour) => channels.reduce((sum, { days, hours }) => sum + ((hours[hour] ?? 0) * daysOf(days)) / WEEK.length, 0));
}

function surge({ from, to, channel, factor }: Table): Special[] {
  const [begin, end] = [hourOf(from), hourOf(to)];
  if (begin === null || end === null) return [];
  const span = end > begin ? end : end + HOURS;
  return [{ kind: 'surge', from: begin, to: span, channel: textOf(channel), factor: numberOf(factor) }];
}

function incident({ at, length, kind: named, channel, factor }: Table): Special[] {
  const begin = hourOf(at);
  const hours = lengthOf(length);
  const kind = INCIDENT_KINDS.find((known) => known === named);
  if (begin === null || hours === null || kind === undefined) return [];
  return [{ kind, from: begin, to: begin + hours, channel: textOf(channel), factor: numberOf(factor) }];
}

/**
 * The changes that give one channel other rates by the hour. Finer rates of an hour keep their shape within it; a rate
 * for all hours becomes one for each.
 */
export function ratesEdits({ channels }: Arrivals, { channel, days, hours, pieces }: ChannelRates, next: readonly number[]): Edit[] {
  const finer = pieces ?? hours;
  const each = finer.length / HOURS;
  const value = finer.map((rate, at) => {
    const hour = Math.floor(at / each);
    const [before, after] = [hours[hour] ?? 0, next[hour] ?? 0];
    return rounded(before > 0 ? (rate / before) * after : after);
  });
  const edits: Edit[] = [{ path: ['rate_shape', channel, ...(days === null ? [] : [days])], value }];
  if (pieces !== null) return edits;
  const isLast = channels.every((one) => one.pieces !== null || one.channel === channel);
  return [{ path: isLast ? ['rate'] : ['rate', channel], value: null }, ...edits];
}

function rounded(rate: number): number {
  return Math.round(Math.min(Math.max(rate, 0), RATE_MAX) * 10) / 10;
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

/** `20:30` or `2026-11-11T20:30:00` as 20.5. */
function hourOf(value: unknown): number | null {
  const [, hour, minute] = /(?:^|T)(\d{1,2}):(\d{2})/.exec(String(value)) ?? [];
  return hour === undefined || minute === undefined ? null : Number(hour) + Number(minute) / 60;
}

const UNIT_HOURS: Readonly<Record<string, number>> = { s: 1 / 3600, m: 1 / 60, h: 1, d: 24 };

function lengthOf(value: unknown): number | null {
  const pieces = [...String(value).matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)];
  if (pieces.length === 0) return null;
  return pieces.reduce((sum, [, number, unit]) => sum + Number(number) * (UNIT_HOURS[unit ?? ''] ?? 0), 0);
}
