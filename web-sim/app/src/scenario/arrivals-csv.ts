/**
 * Recorded arrivals from a spreadsheet: a row for each stretch of time, with how many came in it. They become a rate for
 * each hour of the day, the mean over the days that the file has.
 */
import Papa from 'papaparse';
import { HOURS } from './arrivals';

export const CSV_BYTES_MAX = 20_000_000;
const ROWS_MAX = 1_000_000;

/** What is wrong with the file, and where. Rows count from 1, the header included. */
export type CsvProblem =
  | { kind: 'empty' }
  | { kind: 'too-large' }
  | { kind: 'no-column'; wanted: 'time' | 'count'; found: readonly string[] }
  | { kind: 'bad-time'; row: number; column: string; value: string }
  | { kind: 'bad-count'; row: number; column: string; value: string };

export class CsvError extends Error {
  constructor(readonly problem: CsvProblem) {
    super(problem.kind);
  }
}

export interface RecordedArrivals {
  /** Days that the file has. */
  days: number;
  rows: number;
  /** Arrivals altogether. */
  arrivals: number;
  /** By channel; the one key is empty where the file names no channels. */
  hours: ReadonlyMap<string, readonly number[]>;
  /** How much whole days differ from each other beyond what chance alone would do: 1 is pure chance. `null`: too few days. */
  dispersion: number | null;
}

const TIME_NAMES = /^(time|at|timestamp|date|start|start_.*|时间|开始时间|日期)$/i;
const COUNT_NAMES = /^(count|calls|arrivals|conversations|number|n|数量|会话|会话数|进线|进线量)$/i;
const CHANNEL_NAMES = /^(channel|source|渠道|来源)$/i;

export function readArrivalsCsv(text: string): RecordedArrivals {
  if (text.length > CSV_BYTES_MAX) throw new CsvError({ kind: 'too-large' });
  const { data, meta } = Papa.parse<Record<string, string>>(text.replace(/^\ufeff/, ''), {
    header: true,
    skipEmptyLines: 'greedy',
    transformHeader: (name) => name.trim(),
  });
  const names = meta.fields ?? [];
  if (data.length === 0) throw new CsvError({ kind: 'empty' });
  if (data.length > ROWS_MAX) throw new CsvError({ kind: 'too-large' });
  const column = (pattern: RegExp) => names.find((name) => pattern.test(name));
  const [time, count, channel] = [column(TIME_NAMES), column(COUNT_NAMES), column(CHANNEL_NAMES)];
  if (time === undefined) throw new CsvError({ kind: 'no-column', wanted: 'time', found: names });
  if (count === undefined) throw new CsvError({ kind: 'no-column', wanted: 'count', found: names });

  const sums = new Map<string, number[]>();
  const byDay = new Map<string, number>();
  let arrivals = 0;
  for (const [index, line] of data.entries()) {
    const row = index + 2;
    const when = /^\s*(\d{4}[-/]\d{1,2}[-/]\d{1,2})[T ](\d{1,2}):\d{2}/.exec(line[time] ?? '');
    const hour = Number(when?.[2]);
    const day = when?.[1];
    if (day === undefined || hour >= HOURS) throw new CsvError({ kind: 'bad-time', row, column: time, value: line[time] ?? '' });
    const raw = (line[count] ?? '').trim();
    const number = Number(raw);
    if (raw === '' || !Number.isFinite(number) || number < 0) throw new CsvError({ kind: 'bad-count', row, column: count, value: raw });
    const of = channel === undefined ? '' : (line[channel] ?? '').trim();
    const hours = sums.get(of) ?? Array.from({ length: HOURS }, () => 0);
    hours[hour] = (hours[hour] ?? 0) + number;
    sums.set(of, hours);
    byDay.set(day, (byDay.get(day) ?? 0) + number);
    arrivals += number;
  }
  const days = byDay.size;
  return {
    days,
    rows: data.length,
    arrivals,
    hours: new Map([...sums].map(([of, hours]) => [of, hours.map((sum) => sum / days)])),
    dispersion: dispersionOf([...byDay.values()]),
  };
}

/** Variance ÷ mean of the days' totals (Fano's factor): 1 for a Poisson process with the same rate every day. */
function dispersionOf(totals: readonly number[]): number | null {
  if (totals.length < 7) return null;
  const mean = totals.reduce((sum, total) => sum + total, 0) / totals.length;
  if (mean === 0) return null;
  const squares = totals.reduce((sum, total) => sum + (total - mean) ** 2, 0);
  return squares / (totals.length - 1) / mean;
}
