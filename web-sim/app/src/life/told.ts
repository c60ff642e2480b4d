/** Moments, readings and changes in the page's language. */
import type { TFunction } from 'i18next';
import type { CauseTold } from '../generated/types/CauseTold';
import type { ChangeTold } from '../generated/types/ChangeTold';
import type { EventTold } from '../generated/types/EventTold';
import type { FallbackTold } from '../generated/types/FallbackTold';
import type { FateTold } from '../generated/types/FateTold';
import type { MomentTold } from '../generated/types/MomentTold';
import type { ReadTold } from '../generated/types/ReadTold';
import type { SpotTold } from '../generated/types/SpotTold';
import { duration } from '../simulate/format';

export type Tone = 'good' | 'warn' | 'plain';

export function causeOf(cause: CauseTold, t: TFunction): string {
  switch (cause.kind) {
    case 'message':
      return t(`life.cause.message.${cause.from}`);
    case 'closed':
      return t(`life.cause.closed.${cause.reason}`);
    case 'other-closed':
      return cause.agent
        ? t('life.cause.otherClosedOf', { conversation: cause.conversation, agent: cause.agent.name })
        : t('life.cause.otherClosed', { conversation: cause.conversation });
    case 'presence':
      return t(`life.cause.presence.${cause.presence}`, { agent: cause.agent.name });
    default:
      return t(`life.cause.${cause.kind}`);
  }
}

export function fallbackName(to: FallbackTold, t: TFunction): string {
  if (to.kind === 'group') return t('visitor.fallback.group', { name: to.group.name });
  return to.kind === 'bot' ? t('visitor.fallback.bot', { name: to.name }) : t(`visitor.fallback.${to.kind}`);
}

export function spotName(spot: SpotTold, t: TFunction): string {
  if (spot.kind === 'queue') return t('life.spot.queue', { group: spot.group.name });
  return spot.kind === 'agent' ? spot.agent.name : fallbackName(spot.to, t);
}

export function fateOf(fate: FateTold, t: TFunction): { text: string; tone: Tone } {
  switch (fate.kind) {
    case 'assigned':
      return { text: t('life.fate.assigned', { agent: fate.agent.name, group: fate.group.name }), tone: 'good' };
    case 'queued':
      return { text: t('life.fate.queued', { group: fate.group.name, position: fate.position }), tone: 'warn' };
    case 'away':
      return { text: t('life.fate.away', { to: fallbackName(fate.to, t) }), tone: 'warn' };
    case 'gone':
      return { text: t('life.fate.gone'), tone: 'plain' };
  }
}

/** What happened, as far as it is not in the decisions; `null`: nothing to say. */
export function eventOf(event: EventTold, t: TFunction): { text: string; tone: Tone } | null {
  const plain = (text: string) => ({ text, tone: 'plain' as const });
  switch (event.kind) {
    case 'opened':
    case 'routed':
      return null;
    case 'message':
      return plain(t('life.event.message', { from: t(`life.author.${event.from}`), text: event.text }));
    case 'entry-chosen':
      return plain(t('life.event.entry', { entry: event.entry }));
    case 'queued':
      return {
        text: event.only
          ? t('life.event.queuedFor', { group: event.group.name, position: event.position, agent: event.only.name })
          : t('life.event.queued', { group: event.group.name, position: event.position }),
        tone: 'warn',
      };
    case 'waited':
      return plain(t('life.event.waited', { time: duration(event.after_ms, t) }));
    case 'widened': {
      const { step } = event;
      if (step.kind === 'agent') return plain(t('life.widened.agent', { agent: step.agent.name, reason: t(`words.reason.${step.reason}`) }));
      if (step.kind === 'open-tier') return plain(t('life.widened.open-tier', { tier: step.tier }));
      if (step.kind === 'overflow') return plain(t('life.widened.overflow', { group: step.group.name }));
      return plain(t(`life.widened.${step.kind}`));
    }
    case 'assigned':
      return {
        text: t('life.event.assigned', {
          agent: event.agent.name,
          group: event.group.name,
          by: t(`words.assignedBy.${event.by}`),
          time: duration(event.waited_ms, t),
        }),
        tone: 'good',
      };
    case 'unassigned':
      return plain(t(typeof event.reason === 'string' ? `life.unassigned.${event.reason}` : 'life.unassigned.returned', { agent: event.agent.name }));
    case 'fell-back':
      return { text: t('life.event.fellBack', { to: fallbackName(event.to, t), reason: t(`words.reason.${event.reason}`) }), tone: 'warn' };
    case 'closed':
      return plain(t(`life.cause.closed.${event.reason}`));
    case 'rule-failed':
      return { text: t('life.event.ruleFailed', { rule: event.rule.name, message: event.failure.message }), tone: 'warn' };
    case 'canary-chosen':
      return plain(t('life.event.canary'));
  }
}

/** The last thing of a moment that says where it came to. */
export function resultOf(moment: MomentTold, t: TFunction): { text: string; tone: Tone } | null {
  return moment.events.map((event) => eventOf(event, t)).findLast((told) => told !== null) ?? null;
}

export function readOf(read: ReadTold, clock: (at: number) => string, t: TFunction): string {
  switch (read.kind) {
    case 'load':
      return t(`life.read.load.${read.cap_of}`, { open: read.open, most: read.most });
    case 'channel-load':
      return t('life.read.channelLoad', { open: read.open, most: read.most, channel: read.channel.name });
    case 'group-load':
      return t('life.read.groupLoad', { open: read.open, most: read.most });
    case 'skill':
      return t('life.read.skill', { skill: read.skill.name, has: read.has, asked: read.asked });
    case 'tier':
      return read.has < read.from ? t('life.read.tierLow', { has: read.has, from: read.from }) : t('life.read.tierHigh', { has: read.has, to: read.to });
    case 'hours':
      return read.opens_at === null ? t('life.read.closed', { hours: read.hours.name }) : t('life.read.closedUntil', { hours: read.hours.name, at: clock(read.opens_at) });
    case 'channel':
      return t('life.read.channel', { channel: read.channel.name });
    case 'only':
      return t('life.read.only', { agent: read.agent.name });
  }
}

export function changeOf(change: ChangeTold, t: TFunction): string {
  switch (change.kind) {
    case 'capacity':
      return t('life.change.capacity', { agent: change.agent.name, from: change.from, to: change.to });
    case 'group-agent-capacity':
      return t('life.change.group-agent-capacity', { group: change.group.name, from: change.from, to: change.to });
    case 'tenant-agent-capacity':
      return t('life.change.tenant-agent-capacity', { from: change.from, to: change.to });
    case 'group-capacity':
      return t('life.change.group-capacity', { group: change.group.name, from: change.from, to: change.to });
    case 'channel-capacity':
      return t('life.change.channel-capacity', { agent: change.agent.name, channel: change.channel.name, from: change.from, to: change.to });
    case 'skill':
      return change.from === 0
        ? t('life.change.skillNew', { agent: change.agent.name, skill: change.skill.name, to: change.to })
        : t('life.change.skill', { agent: change.agent.name, skill: change.skill.name, from: change.from, to: change.to });
    case 'online':
      return t('life.change.online', { agent: change.agent.name, was: change.was === 'online' ? t('floor.online') : t(`words.reason.${change.was}`) });
    case 'accepting':
      return t('life.change.accepting', { agent: change.agent.name });
    case 'receives':
      return t('life.change.receives', { agent: change.agent.name });
    case 'channel-right':
      return t('life.change.channel-right', { agent: change.agent.name, channel: change.channel.name });
    case 'in-group':
      return t('life.change.in-group', { agent: change.agent.name, group: change.group.name });
    case 'on-shift':
      return t('life.change.on-shift', { agent: change.agent.name, shift: change.shift.slug });
    case 'tier':
      return t('life.change.tier', { agent: change.agent.name, from: change.from, to: change.to });
    case 'tier-open':
      return t('life.change.tier-open', { group: change.group.name, to: change.to });
    case 'priority':
      return t('life.change.priority', { agent: change.agent.name, group: change.group.name, from: change.from, to: change.to });
    case 'hours-open':
      return t('life.change.hours-open', { hours: change.hours.name });
    case 'without-agent':
      return t('life.change.without-agent', { agent: change.agent.name });
    case 'without-rule':
      return t('life.change.without-rule', { rule: change.rule.name });
    case 'automatic':
      return t('life.change.automatic');
    case 'queue-length':
      return t('life.change.queue-length', { group: change.group.name, from: change.from, to: change.to });
    case 'waits-unstaffed':
      return t('life.change.waits-unstaffed', { group: change.group.name });
  }
}
