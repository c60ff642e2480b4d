import type { TFunction } from 'i18next';
import { expect, it } from 'vitest';
import { en } from '../i18n/en';
import { planWords } from './plan-words';

/** The English texts. */
const t = ((key: string) => key.split('.').reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], en)) as unknown as TFunction;

const names = {
  groups: [{ slug: 'after-sales', name: 'After-sales', strategy: 'rank', members: 3 }],
  agents: [{ slug: 'wang', name: 'Wang Fang' }],
  skills: [{ slug: 'refund', name: 'Refunds' }],
  rules: [{ slug: '90-refund', name: 'Refunds go to after-sales' }],
} as unknown as Parameters<typeof planWords>[2];

const plan = { target: { group: 'after-sales' }, prefer: null, skills: [], priority: 0, tier: null, tags: ['money'], risks: [], wait_ms_max: null, replies: [] };

it('names people and groups, and tells only what the other side does not ask for', () => {
  const live = { rules: [], plan };
  const candidate = { rules: ['90-refund', 'gone'], plan: { ...plan, skills: [{ skill: 'refund', level: 2 }], priority: 3, tags: ['money', 'refund'], prefer: 'wang' } };
  expect(planWords(candidate, live, names, t)).toEqual({
    target: 'After-sales',
    asks: ['prefer agent Wang Fang', 'require skill Refunds ≥ 2', 'priority 3', 'tag refund'],
    rules: ['Refunds go to after-sales', 'gone'],
  });
  expect(planWords(live, candidate, names, t)).toEqual({ target: 'After-sales', asks: [], rules: [] });
});

it('knows every target, and slugs stand in for names that are not there', () => {
  const to = (target: unknown) => planWords({ rules: [], plan: { ...plan, target } }, { rules: [], plan }, null, t)?.target;
  expect([to({ group: 'x' }), to({ agent: { agent: 'wang', group: 'x' } }), to({ bot: 'faq' }), to('ticket'), to('leave-message')]).toEqual([
    'x',
    'wang',
    'to bot faq',
    'offer ticket',
    'leave a message',
  ]);
  expect(planWords({ rules: [], plan: null }, { rules: [], plan }, null, t)).toBeNull();
});
