import { describe, expect, it } from 'vitest';
import type { Figures } from '../generated/types/Figures';
import type { Report } from '../generated/types/Report';
import { checkedDraft, packed, ShareError, unpacked } from './payload';
import { read, written, type RunFile } from './run-file';
import { checkedFloor, openedFloor, sharedFloor } from './shared-floor';
import { tableFile } from './table-file';

const problem = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => (error instanceof ShareError ? error.problem : String(error)),
  );

const draftOf = async (text: string) => checkedDraft(await unpacked(text));

describe('a link', () => {
  const draft = { 'rules/90-退款.toml': 'any = ["退款😭"]\n'.repeat(200), 'rules/80-old.toml': null };

  it('brings every change, small', async () => {
    const text = await packed(draft);
    expect(text).toMatch(/^1\.[\w-]+$/);
    expect(text.length).toBeLessThan(400);
    expect(await draftOf(text)).toEqual(draft);
  });

  it('that is cut off, of another version, or names what is no file is refused', async () => {
    const text = await packed(draft);
    expect(await problem(draftOf(text.slice(0, -9)))).toBe('broken');
    expect(await problem(draftOf(`2${text.slice(1)}`))).toBe('other-version');
    expect(await problem(draftOf('hello'))).toBe('broken');
    expect(await problem(draftOf(await packed({ '../../etc/passwd': 'x' })))).toBe('broken');
  });

  it('does not unpack to more than a draft may be', async () => {
    expect(await problem(draftOf(await packed({ a: 'a'.repeat(3_000_000) })))).toBe('too-large');
  });
});

describe('a day on the floor', () => {
  const original = { 'groups.toml': 'a', 'rules/10.toml': 'b' };
  const own = { ...original, 'rules/10.toml': 'c' };
  const draft = { 'rules/10.toml': 'c' };
  const surge = { at: 5, kind: 'surge', channel: 'web', per_hour: 60, length_ms: 1_000 } as const;

  it('comes back as it went, with the rules that it began with and those that went live', async () => {
    const injections = [{ at: 3, kind: 'agent-leaves', agent: 'li' }, surge, { at: 9, kind: 'swap', files: own }] as const;
    const day = sharedFloor(original, draft, { files: original, injections }, 12);
    // What travels as the draft does not travel twice.
    expect(day).toMatchObject({ at: 12, began: {}, injections: [{}, {}, { draft: null }] });
    const back = openedFloor(original, own, draft, checkedFloor(await unpacked(await packed(day))));
    expect(back).toEqual({ files: original, injections });
    expect(back.injections[2]).toHaveProperty('files', own);
  });

  it('is refused where it is not whole, or has more in it than the page would do', () => {
    const good = { at: 12, began: null, injections: [surge] };
    expect(checkedFloor(good)).toEqual(good);
    const bad: unknown[] = [
      null,
      { ...good, at: 1.5 },
      { ...good, began: { '../x': '' } },
      { ...good, injections: [{ ...surge, per_hour: 1e9 }] },
      { ...good, injections: [{ ...surge, kind: 'other' }] },
      { ...good, injections: Array.from({ length: 201 }, () => surge) },
    ];
    for (const one of bad) expect(() => checkedFloor(one)).toThrow(ShareError);
  });
});

describe('a run file', () => {
  const run: RunFile = { engine: '0.1.0', tenant: 'shop', scenario: 'weekday', seed: 7, draft: { a: 'b' }, digest: 'd', report: null, floor: null };
  const file = (text: string) => new File([text], 'run.json');

  it('comes back as it went', async () => {
    expect(await read(file(written(run)), ['shop'])).toEqual(run);
    const withFloor: RunFile = { ...run, floor: { at: 5, began: null, injections: [{ at: 4, kind: 'agent-leaves', agent: 'li-na' }] } };
    expect(await read(file(written(withFloor)), ['shop'])).toEqual(withFloor);
  });

  it('says why it cannot be opened', async () => {
    expect(await problem(read(file(written(run).slice(0, 50)), ['shop']))).toBe('broken');
    expect(await problem(read(file(written(run).replace('"version": 1', '"version": 9')), ['shop']))).toBe('other-version');
    expect(await problem(read(file(written(run)), ['other']))).toBe('unknown-tenant');
    expect(await problem(read(file('{}'), ['shop']))).toBe('broken');
    const bent = JSON.stringify({ ...JSON.parse(written(run)), floor: { at: 5, began: null, injections: [{ at: 4, kind: 'rain' }] } });
    expect(await problem(read(file(bent), ['shop']))).toBe('broken');
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
