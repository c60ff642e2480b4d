import type { tests as zh } from '../zh/tests';

export const tests: typeof zh = {
  summary_all: 'All {{passed}} tests pass',
  summary_some: '{{failed}} fail, {{passed}} pass',
  none: 'This tenant has no rule tests yet. Add a .toml file in tests/.',
  hint: 'They run again on every change. A click goes to the test.',
  passed: 'passed',
  failed: 'failed',
  expected: 'expected',
  found: 'found',
};
