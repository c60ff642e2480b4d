import { describe, expect, it } from 'vitest';
import type { FloorPlan } from '../generated/types/FloorPlan';
import type { Report } from '../generated/types/Report';
import { chosenGroups, LANES_SHOWN } from './lanes';

const plan = (members: number[]): FloorPlan => ({
  revision: '',
  start: 0,
  end: 1,
  agents: [],
  channels: [],
  rules: [],
  intents: [],
  groups: members.map((many, id) => ({ id, slug: `g${id}`, name: `g${id}`, target_wait_ms: 0, queue_length_max: null, members: many })),
});
const report = (conversations: number[]) =>
  ({ kpi: { groups: conversations.map((many, id) => ({ group: `g${id}`, figures: { conversations: many } })) } }) as unknown as Report;

describe('the groups shown at first', () => {
  it('are the busiest, in the order of the tenant', () => {
    const many = Array.from({ length: 12 }, (_, id) => id + 1);
    const chosen = chosenGroups(plan(many), report(many));
    expect(chosen).toEqual([5, 6, 7, 8, 9, 10, 11]);
    expect(chosen).toHaveLength(LANES_SHOWN);
  });

  it('are those with people while nothing is known of the day', () => {
    expect(chosenGroups(plan([0, 4, 0, 2]), null)).toEqual([1, 3]);
  });

  it('leave out who has neither people nor conversations', () => {
    expect(chosenGroups(plan([0, 4, 0]), report([7, 0, 0]))).toEqual([0, 1]);
  });
});
