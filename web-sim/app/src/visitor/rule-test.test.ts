import { describe, expect, it } from 'vitest';
import type { PlanTold } from '../generated/types/PlanTold';
import { withTest } from './rule-test';
import { NEW_VISIT } from './visit-store';

const plan: PlanTold = {
  target: { kind: 'group', group: { slug: 'after-sales', name: '售后' } },
  source: { kind: 'rule', rule: { slug: '90-refund', name: '退款' } },
  prefer: null,
  skills: [{ skill: { slug: 'refund', name: '退款' }, level: 1 }],
  priority: 3,
  tier: null,
  tags: ['退款'],
  risks: [],
  wait_ms_max: null,
  replies: [],
};

describe('withTest', () => {
  it('writes down who came and where they went', () => {
    const file = withTest('', '退款', { ...NEW_VISIT, text: '我要"退款"\n', vip: 2, attributes: { plan: 'a=b' } }, plan);
    expect(file).toContain('[[test]]\nname = "退款"\ntext = "我要\\"退款\\"\\n"\nvip = 2\nattributes = { "plan" = "a=b" }\n');
    expect(file).toContain('[test.expect]\ngroup = "after-sales"\nrule = "90-refund"\nskills = ["refund"]\ntags = ["退款"]\n');
    expect(file).not.toContain('tier');
  });

  it('leaves what is there, and gives no name twice', () => {
    const once = withTest('', 'a', NEW_VISIT, plan);
    const twice = withTest(once, 'a', NEW_VISIT, plan);
    expect(twice.startsWith(once.trimEnd())).toBe(true);
    expect([...twice.matchAll(/^name = .*$/gm)].map(([line]) => line)).toEqual(['name = "a"', 'name = "a (2)"']);
  });

  it('expects something even of a visit that no rule sends anywhere', () => {
    const fallback: PlanTold = { ...plan, target: { kind: 'away', to: { kind: 'ticket' } }, source: { kind: 'fallback' }, skills: [], tags: [] };
    expect(withTest('', 'a', NEW_VISIT, fallback)).toContain('[test.expect]\npriority = 3\n');
  });
});
