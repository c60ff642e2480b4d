import type { TFunction } from 'i18next';
import { expect, test } from 'vitest';
import type { Difference } from '../generated/types/Difference';
import { withInterval } from './format';

const t = ((key: string, { value }: { value: string }) => `${value} ${key === 'compare.points' ? 'points' : key}`) as unknown as TFunction;

function told(mean: number): string {
  const difference = { mean, half_width: 0.003 };
  return withInterval({ measure: 'service-level', group: null, live: 0.6, candidate: 0.6 + mean, difference, verdict: 'worse' } as Difference, t);
}

test('a difference has its sign, unless it rounds to nothing', () => {
  expect([told(-0.021), told(0.021), told(-0.0004), told(0)]).toEqual(['−2.1 ± 0.3 points', '+2.1 ± 0.3 points', '0.0 ± 0.3 points', '0.0 ± 0.3 points']);
});
