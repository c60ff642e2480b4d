import { describe, expect, it } from 'vitest';
import { merged } from './spread';

const spread = [1, 0, 4, 2, 3].map((calls, at) => ({ cost_max: (at + 1) * 10, calls }));

describe('stretches put together', () => {
  it('count every call once, up to the dearest', () => {
    expect(merged(spread, 2)).toEqual([
      { cost_max: 30, calls: 5 },
      { cost_max: 50, calls: 5 },
    ]);
  });

  it('stay as they are where there are few', () => {
    expect(merged(spread, 5)).toEqual(spread);
    expect(merged([], 5)).toEqual([]);
  });
});
