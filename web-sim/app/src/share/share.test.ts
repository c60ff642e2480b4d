import { describe, expect, it } from 'vitest';
import type { Figures } from '../generated/types/Figures';
import type { Report } from '../generated/types/Report';
import { packed, ShareError, unpacked } from './payload';
import { read, written, type RunFile } from './run-file';
import { tableFile } from './table-file';

const problem = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => (error instanceof ShareError ? error.problem : String(error)),
  );

describe('a link', () => {
  const draft = { 'rules/90-退款.toml': 'any = ["退款😭"]\n'.repeat(200), 'rules/80-old.toml': null };

  it('brings every change, small', async () => {
    const text = await packed(draft);
    expect(text).toMatch(/^1\.[\w-]+$/);
    expect(text.length).toBeLessThan(400);
    expect(await unpacked(text)).toEqual(draft);
  });

  it('that is cut off, of another version, or names what is no file is refused', async () => {
    const text = await packed(draft);
    expect(await problem(unpacked(text.slice(0, -9)))).toBe('broken');
    expect(await problem(unpacked(`2${text.slice(1)}`))).toBe('other-version');
    expect(await problem(unpacked('hello'))).toBe('broken');
    expect(await problem(unpacked(await packed({ '../../etc/passwd': 'x' })))).toBe('broken');
  });

  it('does not unpack to more than a draft may be', async () => {
    expect(await problem(unpacked(await packed({ a: 'a'.repeat(3_000_000) })))).toBe('too-large');
  });
});

describe('a run file', () => {
  const run: RunFile = { engine: '0.1.0', tenant: 'shop', scenario: 'weekday', seed: 7, draft: { a: 'b' }, digest: 'd', report: null };
  const file = (text: string) => new File([text], 'run.json');

  it('comes back as it went', async () => {
    expect(await read(file(written(run)), ['shop'])).toEqual(run);
  });

  it('says why it cannot be opened', async () => {
    expect(await problem(read(file(written(run).slice(0, 50)), ['shop']))).toBe('broken');
    expect(await problem(read(file(written(run).replace('"version": 1', '"version": 9')), ['shop']))).toBe('other-version');
    expect(await problem(read(file(written(run)), ['other']))).toBe('unknown-tenant');
    expect(await problem(read(file('{}'), ['shop']))).toBe('broken');
  });
});

describe('a table', () => {
  it('is one that a spreadsheet reads, and no name becomes a formula', () => {
    const times = { count: 0, ms_mean: 1.5, ms_p50: 1, ms_p90: 2, ms_p99: 3, ms_max: 4 };
    const figures = { conversations: 1, connected: 1, abandoned: 0, fell_back: 0, diverted: 0, service_level: 1, abandonment: 0, wait: times, handle: times } as Figures;
    const kpi = { all: figures, channels: [{ channel: 'a', name: '=1+1', figures }], groups: [{ name: '售后, "B"', figures }] };
    const lines = tableFile({ kpi } as unknown as Report).split('\r\n');
    expect(lines[1]).toBe('all,,1,1,0,0,0,1,0,1.5,1,2,3,1.5');
    expect(lines[2]).toMatch(/^channel,'=1\+1,1,/);
    expect(lines[3]).toMatch(/^group,"售后, ""B""",1,/);
  });
});
