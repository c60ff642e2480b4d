/**
 * How often conversations arrive, as a scenario's file says it: read for the picture, and written back where the file
 * says it, so that everything else in the file stays as it is.
 */
import { parse } from 'smol-toml';

export const HOURS = 24;
/** Conversations an hour; the engine refuses more. */
export const RATE_MAX = 1_000_000;

/** One channel's everyday rate. */
export interface ChannelRates {
  channel: string;
  /** Conversations an hour, by hour of the day. */
  hours: readonly number[];
  /** Whether the file has a number for each hour, and not one for all. */
  isShape: boolean;
}

/** A stretch of the day with something special about it. */
export interface Special {
  kind: 'surge' | 'channel-out' | 'agents-drop';
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
  const shapes = Object.entries(tableOf(root['rate_shape'])).flatMap(([channel, hours]) =>
    Array.isArray(hours) && hours.length === HOURS && hours.every((rate) => typeof rate === 'number')
      ? [{ channel, hours: hours as number[], isShape: true }]
      : [],
  );
  const constants = Object.entries(tableOf(root['rate'])).flatMap(([channel, rate]) =>
    typeof rate === 'number' ? [{ channel, hours: Array.from({ length: HOURS }, () => rate), isShape: false }] : [],
  );
  const channels = [...shapes, ...constants];
  if (channels.length === 0) return null;
  return { channels, special: [...listOf(root['surge']).flatMap(surge), ...listOf(root['incident']).flatMap(incident)] };
}

function surge({ from, to, channel, factor }: Table): Special[] {
  const [begin, end] = [hourOf(from), hourOf(to)];
  if (begin === null || end === null) return [];
  const span = end > begin ? end : end + HOURS;
  return [{ kind: 'surge', from: begin, to: span, channel: textOf(channel), factor: numberOf(factor) }];
}

function incident({ at, length, kind, channel, factor }: Table): Special[] {
  const begin = hourOf(at);
  const hours = lengthOf(length);
  if (begin === null || hours === null || (kind !== 'surge' && kind !== 'channel-out' && kind !== 'agents-drop')) return [];
  return [{ kind, from: begin, to: begin + hours, channel: textOf(channel), factor: numberOf(factor) }];
}

/** The file with other rates for one channel. A rate for all hours becomes one for each. */
export function withRates(text: string, channel: string, hours: readonly number[]): string {
  const list = `[${hours.map(rounded).join(', ')}]`;
  const quoted = /^[\w-]+$/.test(channel) ? channel : JSON.stringify(channel);
  const name = channel.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const lines = new RegExp(String.raw`^([ \t]*"?${name}"?[ \t]*=[ \t]*)\[[^\]]*\]`, 'm');
  const at = text.search(/^\[rate_shape\][ \t]*(#.*)?$/m);
  if (at >= 0) {
    const [head, tail] = [text.slice(0, at), text.slice(at)];
    if (lines.test(tail)) return head + tail.replace(lines, (_, before: string) => before + list);
    const line = tail.indexOf('\n') + 1;
    return withoutConstant(head, name) + (line > 0 ? `${tail.slice(0, line)}${quoted} = ${list}\n${tail.slice(line)}` : `${tail}\n${quoted} = ${list}\n`);
  }
  return `${withoutConstant(text, name).replace(/\n*$/, '\n')}\n[rate_shape]\n${quoted} = ${list}\n`;
}

/** Takes a channel's rate for all hours out of `rate = { … }`, and `rate` itself with its last one. */
function withoutConstant(text: string, name: string): string {
  return text.replace(/^rate[ \t]*=[ \t]*\{([^}\n]*)\}[ \t]*\n?/m, (whole, inner: string) => {
    const kept = inner
      .split(',')
      .map((pair) => pair.trim())
      .filter((pair) => pair !== '' && !new RegExp(`^"?${name}"?\\s*=`).test(pair));
    if (kept.length === inner.split(',').filter((pair) => pair.trim() !== '').length) return whole;
    return kept.length === 0 ? '' : `rate = { ${kept.join(', ')} }\n`;
  });
}

function rounded(rate: number): string {
  const value = Math.min(Math.max(rate, 0), RATE_MAX);
  return value.toFixed(1);
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
