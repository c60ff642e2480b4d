/** What a plan asks for, in words. The host sends plans as the core writes them, with slugs for ids. */
import type { TFunction } from 'i18next';
import type { Catalogue } from '../generated/types/Catalogue';
import { duration } from '../simulate/format';
import type { Decided } from './host-rulesets';

export interface PlanWords {
  /** Where to. */
  target: string;
  /** What it asks for besides that the other side does not. */
  asks: readonly string[];
  /** The rules that said so. */
  rules: readonly string[];
}

type Names = Pick<Catalogue, 'groups' | 'agents' | 'skills' | 'rules'>;
type Effect = keyof typeof import('../i18n/zh/words').words.effect;

/** The name that people know something by; its slug where it has none. */
export function nameOf(names: Names | null, of: keyof Names, slug: string): string {
  return names?.[of].find((one) => one.slug === slug)?.name || slug;
}

/** `null`: nothing was decided. */
export function planWords({ plan, rules }: Decided, other: Decided, names: Names | null, t: TFunction): PlanWords | null {
  if (plan === null) return null;
  const named: NamedBy = (of, slug) => nameOf(names, of, String(slug));
  const all = (side: Decided['plan']) => (side === null ? [] : asks(side, named, t));
  const others = new Set(all(other.plan));
  return {
    target: target(plan.target, named, t),
    asks: all(plan).filter((ask) => !others.has(ask)),
    rules: rules.map((slug) => named('rules', slug)),
  };
}

type NamedBy = (of: keyof Names, slug: unknown) => string;

function target(value: unknown, named: NamedBy, t: TFunction): string {
  if (value === 'leave-message') return t('words.effect.offer_leave_message');
  if (value === 'ticket') return t('words.effect.offer_ticket');
  const { group, agent, bot } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  if (typeof group === 'string') return named('groups', group);
  if (typeof bot === 'string') return `${t('words.effect.to_bot')} ${bot}`;
  if (typeof agent === 'object' && agent !== null && 'agent' in agent) return named('agents', agent.agent);
  return JSON.stringify(value) ?? '';
}

function asks(plan: NonNullable<Decided['plan']>, named: NamedBy, t: TFunction): string[] {
  const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
  const ask = (effect: Effect, value: string) => `${t(`words.effect.${effect}`)} ${value}`;
  const skill = (value: unknown) => {
    const { skill, level } = value as Record<string, unknown>;
    return Number(level) > 1 ? `${named('skills', skill)} ≥ ${String(level)}` : named('skills', skill);
  };
  return [
    ...(plan.prefer === null || plan.prefer === undefined ? [] : [ask('prefer_agent', named('agents', plan.prefer))]),
    ...list(plan.skills).map((value) => ask('require_skill', skill(value))),
    ...(Number(plan.priority) > 0 ? [ask('priority', String(plan.priority))] : []),
    ...(typeof plan.tier === 'number' ? [ask('tier', String(plan.tier))] : []),
    ...list(plan.tags).map((tag) => ask('tag', String(tag))),
    ...list(plan.risks).map((risk) => ask('flag_risk', String(risk))),
    ...(typeof plan.wait_ms_max === 'number' ? [ask('wait_max', duration(plan.wait_ms_max, t))] : []),
    ...list(plan.replies).map((reply) => ask('reply', String(reply))),
  ];
}
