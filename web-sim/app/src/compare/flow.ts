/** Flows as the nodes and links of a picture, with the small ones put together. */
import type { TFunction } from 'i18next';
import type { Flow } from '../generated/types/Flow';
import { decidedByName, type Names } from './format';

/** Rules that have a node of their own; the others share one. */
const RULES_MAX = 12;

export interface FlowPicture {
  nodes: { name: string; depth: number }[];
  links: { source: string; target: string; value: number }[];
}

/** Names of nodes are unique by a sign of their level in front, which `label` takes off again. */
const LEVELS = ['c', 'r', 'g', 'e'] as const;

export function label(node: string): string {
  return node.slice(2);
}

export function flowPicture(flows: readonly Flow[], names: Names, t: TFunction): FlowPicture {
  const byRule = new Map<string, number>();
  for (const { by, conversations } of flows) {
    const name = decidedByName(by, names, t);
    byRule.set(name, (byRule.get(name) ?? 0) + conversations);
  }
  const told = new Set([...byRule].toSorted((a, b) => b[1] - a[1]).slice(0, RULES_MAX).map(([name]) => name));
  const links = new Map<string, { source: string; target: string; value: number }>();
  const depths = new Map<string, number>();
  for (const { channel, by, group, end, conversations } of flows) {
    const rule = decidedByName(by, names, t);
    const steps = [
      names.channel(channel),
      told.has(rule) ? rule : t('compare.others'),
      ...(group === null ? [] : [names.group(group)]),
      t(`compare.end.${end}`),
    ];
    const levels = group === null ? (['c', 'r', 'e'] as const) : LEVELS;
    const path = steps.map((name, index) => `${levels[index] ?? 'e'}:${name}`);
    for (const node of path) depths.set(node, LEVELS.indexOf(node[0] as (typeof LEVELS)[number]));
    for (const [index, target] of path.entries()) {
      const source = path[index - 1];
      if (source === undefined) continue;
      const key = `${source}\n${target}`;
      const link = links.get(key) ?? { source, target, value: 0 };
      link.value += conversations;
      links.set(key, link);
    }
  }
  return { nodes: [...depths].map(([name, depth]) => ({ name, depth })), links: [...links.values()] };
}
