import type { TFunction } from 'i18next';
import { describe, expect, it } from 'vitest';
import type { Comparison } from '../generated/types/Comparison';
import type { Difference } from '../generated/types/Difference';
import { flowPicture, label } from './flow';
import type { Names } from './format';
import { sentences } from './sentences';

const names: Names = { group: (slug) => `G:${slug}`, rule: (slug) => `R:${slug}`, channel: (slug) => slug };
const t = ((key: string, values?: object) => `${key} ${JSON.stringify(values ?? {})}`) as unknown as TFunction;

const told = (part: Partial<Difference>): Difference => ({
  measure: 'wait-mean',
  group: null,
  live: 10_000,
  candidate: 22_000,
  difference: { mean: 12_000, half_width: 3_000 },
  verdict: 'worse',
  ...part,
});
const comparison = (differences: Difference[]): Comparison =>
  ({
    differences,
    moved: {
      ways: [
        { cause: 'knock-on', by: 'default', from: { group: { group: 'a', tier: null } }, to: 'ticket', conversations: 90, examples: [] },
        { cause: 'rules', by: { rule: '90-refund' }, from: { group: { group: 'a', tier: 1 } }, to: 'ticket', conversations: 40.4, examples: [] },
      ],
    },
  }) as unknown as Comparison;

describe('sentences', () => {
  it('say what is no luck, with its size, its interval and its group', () => {
    const [wait, group, way] = sentences(
      comparison([
        told({}),
        told({ group: 'vip', difference: { mean: -5_000, half_width: 1_000 }, verdict: 'better' }),
        told({ group: 'quiet', difference: { mean: 40, half_width: 10 } }),
        told({ measure: 'abandonment', verdict: 'unclear' }),
      ]),
      names,
      t,
    );
    expect(wait).toMatchObject({ tone: 'worse', text: expect.stringContaining('compare.say.rises') });
    expect(wait?.text).toContain('12.0');
    expect(wait?.text).toContain('3.0');
    expect(group).toMatchObject({ tone: 'better', text: expect.stringMatching(/fallsIn.*G:vip/) });
    expect(way?.text).toMatch(/"count":40,"rule":"R:90-refund"/);
  });

  it('say nothing where everything may be luck and no rule sends anybody elsewhere', () => {
    const quiet = { ...comparison([told({ verdict: 'unclear' })]), moved: { ways: [] } } as unknown as Comparison;
    expect(sentences(quiet, names, t)).toEqual([]);
  });
});

describe('flowPicture', () => {
  it('keeps every conversation from channel to outcome, and puts small rules together', () => {
    const flows = Array.from({ length: 20 }, (_, at) => ({
      channel: 'web',
      by: { rule: `rule-${at}` },
      group: at === 0 ? null : 'a',
      end: 'served' as const,
      conversations: 20 - at,
    }));
    const { nodes, links } = flowPicture(flows, names, t);
    const into = (depth: number) => nodes.filter((node) => node.depth === depth).map(({ name }) => name);
    const flowed = (targets: string[]) => links.filter(({ target }) => targets.includes(target)).reduce((sum, { value }) => sum + value, 0);
    expect(flowed(into(3))).toBe(210);
    expect(flowed(into(1))).toBe(210);
    expect(into(1)).toHaveLength(13);
    expect(label(into(0)[0] ?? '')).toBe('web');
  });
});
