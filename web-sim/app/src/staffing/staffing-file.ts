/** The answer as a table that every spreadsheet opens. */
import type { StaffingCell } from '../generated/types/StaffingCell';
import { written } from '../share/table-file';

const COLUMNS = ['group', 'name', 'from', 'conversations', 'handle_ms_mean', 'capacity', 'scheduled', 'likely', 'sure', 'erlang_c', 'missing', 'spare'] as const;

export function staffingFile(cells: readonly StaffingCell[]): string {
  const rows = cells.map(({ group, name, at, conversations, handle_ms_mean, capacity, scheduled, need, staffed }) => [
    group,
    name,
    new Date(at).toISOString(),
    conversations,
    handle_ms_mean,
    capacity,
    scheduled,
    need?.likely ?? '',
    need?.sure ?? '',
    need?.erlang_c ?? '',
    staffed?.kind === 'too-few' ? staffed.missing : '',
    staffed?.kind === 'enough' ? staffed.spare : '',
  ]);
  return written([COLUMNS, ...rows]);
}
