/** The figures of a run as a table that every spreadsheet opens. */
import type { Figures } from '../generated/types/Figures';
import type { Report } from '../generated/types/Report';

const COLUMNS = [
  'of',
  'name',
  'conversations',
  'connected',
  'abandoned',
  'fell_back',
  'diverted',
  'service_level',
  'abandonment',
  'wait_ms_mean',
  'wait_ms_p50',
  'wait_ms_p90',
  'wait_ms_p99',
  'handle_ms_mean',
] as const;

function cell(value: string | number): string {
  const text = String(value);
  // A spreadsheet takes what begins like this for a formula.
  const plain = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

function row(of: string, name: string, figures: Figures): (string | number)[] {
  const { conversations, connected, abandoned, fell_back, diverted, service_level, abandonment, wait, handle } = figures;
  const cells = [of, name, conversations, connected, abandoned, fell_back, diverted, service_level, abandonment];
  return [...cells, wait.ms_mean, wait.ms_p50, wait.ms_p90, wait.ms_p99, handle.ms_mean];
}

/** Rows as CSV. The mark in front tells a spreadsheet that this is UTF-8. */
export function written(rows: readonly (readonly (string | number)[])[]): string {
  return `\ufeff${rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('')}`;
}

export function tableFile({ kpi }: Report): string {
  const rows = [
    row('all', '', kpi.all),
    ...kpi.channels.map(({ name, figures }) => row('channel', name, figures)),
    ...kpi.groups.map(({ name, figures }) => row('group', name, figures)),
  ];
  return written([COLUMNS, ...rows]);
}
