import { describe, expect, it } from 'vitest';
import { timeLeft } from './time-left';

describe('the time that is left', () => {
  const measured = (shares: number[], begins: (number | null)[], now_ms: number) => ({ shares, begins, begun_ms: 0, now_ms });

  it('is not told before there is something to go by', () => {
    expect(timeLeft(measured([0, 0], [0, 0], 5_000))).toBeNull();
    expect(timeLeft(measured([0.5, 0.5], [0, 0], 100))).toBeNull();
  });

  it('goes on at the pace of all runs so far', () => {
    expect(timeLeft(measured([1, 1, 0, 0], [null, null, null, null], 2_000))).toBe(2_000);
  });

  it('is never less than the slowest run needs', () => {
    // Nine are done; the last began a second ago and is a tenth done.
    const shares = [...Array.from({ length: 9 }, () => 1), 0.1];
    const begins = [...Array.from({ length: 9 }, () => null), 9_000];
    expect(timeLeft(measured(shares, begins, 10_000))).toBe(9_000);
  });

  it('is nothing once all is done', () => {
    expect(timeLeft(measured([1, 1], [null, null], 3_000))).toBe(0);
  });
});
