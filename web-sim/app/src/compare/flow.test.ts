import type { TFunction } from 'i18next';
import { describe, expect, it } from 'vitest';
import { flowPicture, label } from './flow';
import type { Names } from './format';

const names: Names = { group: (slug) => `G:${slug}`, rule: (slug) => `R:${slug}`, channel: (slug) => slug };
const t = ((key: string, values?: object) => `${key} ${JSON.stringify(values ?? {})}`) as unknown as TFunction;

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
