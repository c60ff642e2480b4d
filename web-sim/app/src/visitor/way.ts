/** The way of one visit, picked out of the explanation: what the picture shows. */
import type { Explanation } from '../generated/types/Explanation';
import type { FallbackTold } from '../generated/types/FallbackTold';
import type { Named } from '../generated/types/Named';
import type { PlacementTold } from '../generated/types/PlacementTold';
import type { Reason } from '../generated/types/Reason';
import type { RulesTold } from '../generated/types/RulesTold';

export interface Member {
  agent: Named;
  /** `null`: could take it. */
  reason: Reason | null;
  isPicked: boolean;
}

export interface Way {
  rules: RulesTold | null;
  placement: PlacementTold | null;
  /** The group the rules name, and those that were asked, in order. */
  target: Named | null;
  asked: readonly Named[];
  /** Members of the group where it ended, the picked first, then the eligible, then the others. */
  members: readonly Member[];
  /** Where it ended when no agent has it. */
  away: FallbackTold | null;
  queued: { group: Named; position: number } | null;
  reason: Reason | null;
}

export function wayOf(explanation: Explanation): Way {
  const rules = explanation.steps.find((step) => step.kind === 'rules') ?? null;
  const placement = explanation.steps.findLast((step) => step.kind === 'placement') ?? null;
  const target = rules?.plan?.target;
  const outcome = placement?.outcome ?? null;
  const picked = outcome?.kind === 'assigned' ? outcome.agent.slug : null;
  const ended = outcome?.kind === 'assigned' || outcome?.kind === 'queued' ? outcome.group.slug : null;
  const tries = placement?.tries ?? [];
  const last = tries.find((asked) => asked.group.slug === ended) ?? tries[0];
  const members: Member[] = [
    ...(last?.considered ?? []).map(({ agent }) => ({ agent, reason: null, isPicked: agent.slug === picked })),
    ...(last?.refused ?? []).flatMap(({ agents, reason }) =>
      agents.map((agent) => ({ agent, reason, isPicked: agent.slug === picked })),
    ),
  ];
  if (outcome?.kind === 'assigned' && !members.some(({ isPicked }) => isPicked)) {
    members.push({ agent: outcome.agent, reason: null, isPicked: true });
  }
  const known = new Set<string>();
  return {
    rules,
    placement,
    target: target && target.kind !== 'away' ? target.group : null,
    asked: tries.map(({ group }) => group),
    members: members
      .toSorted((a, b) => order(a) - order(b))
      .filter(({ agent }) => !known.has(agent.slug) && known.add(agent.slug)),
    away: outcome?.kind === 'fell-back' ? outcome.to : null,
    queued: outcome?.kind === 'queued' ? { group: outcome.group, position: outcome.position } : null,
    reason: outcome?.kind === 'fell-back' ? outcome.reason : (last?.group_reason ?? null),
  };
}

function order({ isPicked, reason }: Member): number {
  if (isPicked) return 0;
  return reason === null || reason === 'ranked-lower' ? 1 : 2;
}
