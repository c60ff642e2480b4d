/** A run as a file: who opens it sees the same tenant, the same changes, the same scenario and seed, and the same result. */
import type { Report } from '../generated/types/Report';
import type { Draft } from '../workspace/drafts';
import { checkedDraft, ShareError, VERSION } from './payload';
import { checkedFloor, type SharedFloor } from './shared-floor';

const FORMAT = 'pointsman-run';
const FILE_BYTES_MAX = 5_000_000;

export interface RunFile {
  /** Which engine made it. */
  engine: string;
  tenant: string;
  scenario: string;
  seed: number;
  draft: Draft;
  /** The result when it was saved, to hold the new one against. */
  digest: string | null;
  report: Report | null;
  /** The day on the floor, of a run that was saved there. */
  floor: SharedFloor | null;
}

export function written(run: RunFile): string {
  return JSON.stringify({ format: FORMAT, version: VERSION, ...run }, null, 1);
}

export async function read(file: File, tenants: readonly string[]): Promise<RunFile> {
  if (file.size > FILE_BYTES_MAX) throw new ShareError('too-large');
  let json: unknown;
  try {
    json = JSON.parse(await file.text());
  } catch {
    throw new ShareError('broken');
  }
  const { format, version, engine, tenant, scenario, seed, draft, digest, report, floor } = (json ?? {}) as Record<string, unknown>;
  if (format !== FORMAT) throw new ShareError('broken');
  if (version !== VERSION) throw new ShareError('other-version');
  if (typeof tenant !== 'string' || typeof scenario !== 'string' || !Number.isSafeInteger(seed)) throw new ShareError('broken');
  if (!tenants.includes(tenant)) throw new ShareError('unknown-tenant');
  return {
    engine: String(engine ?? ''),
    tenant,
    scenario,
    seed: Math.max(Number(seed), 0),
    draft: checkedDraft(draft),
    digest: typeof digest === 'string' ? digest : null,
    report: (report ?? null) as Report | null,
    floor: floor === undefined || floor === null ? null : checkedFloor(floor),
  };
}
