import { describe, expect, it } from 'vitest';
import { ratesEdits, readArrivals, totalOf } from './arrivals';
import { incidentValue, readSettings, shareEdits, vipEdits } from './settings';
import { tableProblem } from './table-problem';

const FLAT = `# 平日
name = "平日" # the name
start = "2026-03-04T00:00:00"
rate = { website = 30.0, app = 12 }
[[surge]]
from = "22:30"
to = "01:00"
channel = "app"
factor = 2.0
[[incident]]
at = "2026-03-04T15:15:00"
length = "1h30m"
kind = "channel-out"
channel = "app"
`;
const ones = Array.from({ length: 24 }, () => 1);
const read = (text: string) => {
  const arrivals = readArrivals(text);
  if (!arrivals) throw new Error('no arrivals');
  return arrivals;
};
const of = (text: string, channel: string, days: string | null = null) => {
  const found = read(text).channels.find((one) => one.channel === channel && one.days === days);
  if (!found) throw new Error(`no ${channel} ${days}`);
  return found;
};

describe('the arrivals of a scenario', () => {
  it('are read with what is special about the day', () => {
    expect(read(FLAT).channels.map(({ channel, hours, pieces }) => [channel, hours[0], pieces])).toEqual([
      ['website', 30, null],
      ['app', 12, null],
    ]);
    expect(read(FLAT).special).toEqual([
      { kind: 'surge', from: 22.5, to: 25, channel: 'app', factor: 2 },
      { kind: 'channel-out', from: 15.25, to: 16.75, channel: 'app', factor: null },
    ]);
    expect(readArrivals('name = ')).toBeNull();
    expect(readArrivals('name = "a"')).toBeNull();
  });

  it('of one for all become one for each hour', () => {
    expect(ratesEdits(read(FLAT), of(FLAT, 'app'), ones)).toEqual([
      { path: ['rate', 'app'], value: null },
      { path: ['rate_shape', 'app'], value: ones },
    ]);
    const only = 'rate = { app = 12 }';
    expect(ratesEdits(read(only), of(only, 'app'), ones)[0]).toEqual({ path: ['rate'], value: null });
  });

  it('of some days, and finer than hours, keep their shape within the hour', () => {
    const halves = Array.from({ length: 48 }, (_, half) => (half === 18 ? 30 : half === 19 ? 10 : 5));
    const text = `rate_shape.app = { mon-fri = [${halves.join(', ')}], sat-sun = [${ones.join(', ')}] }`;
    const weekdays = of(text, 'app', 'mon-fri');
    expect(weekdays.hours.slice(8, 11)).toEqual([5, 20, 5]);
    expect(totalOf(read(text).channels)[9]).toBeCloseTo((20 * 5 + 1 * 2) / 7);
    const [edit] = ratesEdits(read(text), weekdays, weekdays.hours.map((rate, hour) => (hour === 9 ? 40 : rate)));
    expect(edit?.path).toEqual(['rate_shape', 'app', 'mon-fri']);
    expect((edit?.value as number[]).slice(16, 22)).toEqual([5, 5, 60, 20, 5, 5]);
  });

  it('are never below nothing', () => {
    const [, edit] = ratesEdits(read(FLAT), of(FLAT, 'app'), ones.map(() => -4));
    expect(edit?.value).toEqual(ones.map(() => 0));
  });
});

it('what is wrong with an imported file is told with row and column', () => {
  const t = ((key: string, options: object) => `${key} ${JSON.stringify(options)}`) as never;
  const error = { row: 3, column: 'count', problem: { kind: 'bad-count' as const, value: 'many' } };
  expect(tableProblem(error, t)).toBe('scenario.table.cell {"row":3,"column":"count","what":"scenario.table.bad-count {\\"kind\\":\\"bad-count\\",\\"value\\":\\"many\\"}"}');
});

describe('the settings of a scenario', () => {
  const text = `patience = { mean = "3m" }
returning = 0.3
vip = [0.9, 0.1]
[agents]
breaks = [{ at = "12:00", length = "30m" }]
[[intent]]
name = "a"
share = 0.5
handle = "6m"
[[intent]]
name = "b"
share = 0.3
handle = { mean = "2m", distribution = "lognormal", sigma = 0.6 }
[[intent]]
name = "c"
share = 0.2
[[incident]]
at = "09:00"
length = "8h"
kind = "agents-drop"
share = 0.2
`;

  it('are read with the places where they stand', () => {
    const settings = readSettings(text);
    expect(settings?.intents.map(({ handle }) => handle)).toEqual([
      { mean: '6m', path: ['intent', 0, 'handle'] },
      { mean: '2m', path: ['intent', 1, 'handle', 'mean'] },
      null,
    ]);
    expect(settings).toMatchObject({ contained: 0.6, breaks: [{ share: 1 }], incidents: [{ kind: 'agents-drop', share: 0.2 }], dispersion: null });
    expect(readSettings('a = ')).toBeNull();
  });

  it('keep the shares at 1 whichever one changes', () => {
    for (const share of [0, 0.3333, 0.8, 1]) {
      const next = [0.5, 0.3, 0.2];
      for (const { path, value } of shareEdits(next, 0, share)) next[path[1] as number] = value as number;
      expect(next[0]).toBe(share);
      expect(next.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 9);
      if (share < 1) expect((next[1] ?? 0) / (next[2] ?? 1)).toBeCloseTo(1.5, 2);
    }
    expect(shareEdits([1, 0], 0, 0.4)).toEqual([
      { path: ['intent', 0, 'share'], value: 0.4 },
      { path: ['intent', 1, 'share'], value: 0.6 },
    ]);
    expect(shareEdits([1], 0, 0.4)).toEqual([{ path: ['intent', 0, 'share'], value: 0.4 }]);
    expect(vipEdits([0.07, 0.03])).toEqual([{ path: ['vip'], value: [0.9, 0.07, 0.03] }]);
  });

  it('of an incident are those that its kind can have', () => {
    const incident = { at: '9:00', length: '1h', kind: 'surge' as const, group: 'g', channel: 'app', share: 0.2, factor: null };
    expect(incidentValue(incident)).toEqual({ at: '9:00', length: '1h', kind: 'surge', channel: 'app', factor: 2 });
    expect(incidentValue({ ...incident, kind: 'agents-drop' })).toEqual({ at: '9:00', length: '1h', kind: 'agents-drop', group: 'g', share: 0.2 });
  });
});
