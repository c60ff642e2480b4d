import { describe, expect, it } from 'vitest';
import { readArrivals, withRates } from './arrivals';
import { CsvError, readArrivalsCsv } from './arrivals-csv';

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
const ratesOf = (text: string, channel: string) => readArrivals(text)?.channels.find((one) => one.channel === channel);

describe('the arrivals of a scenario', () => {
  it('are read with what is special about the day', () => {
    const read = readArrivals(FLAT);
    expect(read?.channels.map(({ channel, hours, isShape }) => [channel, hours[0], isShape])).toEqual([
      ['website', 30, false],
      ['app', 12, false],
    ]);
    expect(read?.special).toEqual([
      { kind: 'surge', from: 22.5, to: 25, channel: 'app', factor: 2 },
      { kind: 'channel-out', from: 15.25, to: 16.75, channel: 'app', factor: null },
    ]);
    expect(readArrivals('name = ')).toBeNull();
    expect(readArrivals('name = "a"')).toBeNull();
  });

  it('are written where the file says them, and everything else stays', () => {
    const once = withRates(FLAT, 'app', ones);
    expect(ratesOf(once, 'app')).toEqual({ channel: 'app', hours: ones, isShape: true });
    expect(ratesOf(once, 'website')?.hours[5]).toBe(30);
    expect(once).toContain('# 平日\nname = "平日" # the name');
    const twice = withRates(once, 'app', ones.map((rate, hour) => rate * hour));
    expect(ratesOf(twice, 'app')?.hours[23]).toBe(23);
    expect(twice.split('\n')).toHaveLength(once.split('\n').length);
    const both = withRates(twice, 'website', ones);
    expect(both).not.toMatch(/^rate =/m);
    expect(readArrivals(both)?.channels.every(({ isShape }) => isShape)).toBe(true);
    expect(readArrivals(both)?.special).toHaveLength(2);
  });

  it('are never below nothing', () => {
    expect(ratesOf(withRates(FLAT, 'app', ones.map(() => -4)), 'app')?.hours[0]).toBe(0);
  });
});

describe('recorded arrivals', () => {
  const problem = (text: string) => {
    try {
      readArrivalsCsv(text);
      return null;
    } catch (error) {
      return error instanceof CsvError ? error.problem : error;
    }
  };

  it('become the mean rate of each hour, by channel', () => {
    const text = '\ufefftime,channel,count\r\n2026-03-02 09:00,web,10\r\n2026-03-02 09:30,web,20\r\n2026-03-03T09:00:00,web,6\r\n2026-03-03T10:00:00,app,3\r\n';
    const read = readArrivalsCsv(text);
    expect(read).toMatchObject({ days: 2, rows: 4, arrivals: 39, dispersion: null });
    expect(read.hours.get('web')?.[9]).toBe(18);
    expect(read.hours.get('app')?.[10]).toBe(1.5);
  });

  it('tell how much days differ beyond chance', () => {
    const line = (day: number, count: number) => `2026-03-${String(day).padStart(2, '0')}T09:00:00,${count}`;
    const even = Array.from({ length: 10 }, (_, day) => line(day + 1, 100));
    const wild = Array.from({ length: 10 }, (_, day) => line(day + 1, day % 2 === 0 ? 50 : 150));
    expect(readArrivalsCsv(`start,calls\n${even.join('\n')}`).dispersion).toBe(0);
    expect(readArrivalsCsv(`start,calls\n${wild.join('\n')}`).dispersion).toBeGreaterThan(20);
  });

  it('that cannot be read say which row and column', () => {
    expect(problem('time,count\n2026-03-02 09:00,10\n2026-03-02 09:05,many\n')).toEqual({ kind: 'bad-count', row: 3, column: 'count', value: 'many' });
    expect(problem('time,count\nyesterday,10\n')).toEqual({ kind: 'bad-time', row: 2, column: 'time', value: 'yesterday' });
    expect(problem('when,how\n1,2\n')).toEqual({ kind: 'no-column', wanted: 'time', found: ['when', 'how'] });
    expect(problem('time,count\n')).toEqual({ kind: 'empty' });
  });
});
