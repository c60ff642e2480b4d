/** What a finding says, in the page's language: by its kind and by what it concerns. The engine's own words, which are in
 * English and have every number, stand beside it. */
import type { TFunction } from 'i18next';
import type { ConcernKind } from '../generated/types/ConcernKind';
import type { FoundLine } from '../generated/types/FoundLine';

export function said(found: FoundLine, t: TFunction): { text: string; help: string } {
  const { kind, grade, concerns } = found;
  const of = (what: ConcernKind) => concerns.filter((concern) => concern.what === what).map(({ name, slug }) => name || slug);
  const listed = (names: readonly string[]) => names.map((name) => t('analysis.quoted', { name })).join(t('analysis.and'));
  const [rules, groups, agents, keywords] = [of('rule'), of('group'), of('agent'), of('keyword')];
  const names = {
    rule: listed(rules.slice(0, 1)),
    others: listed(rules.slice(1)),
    rules: listed(rules),
    group: listed(groups.slice(0, 1)),
    groups: listed(groups),
    agent: listed(agents.slice(0, 1)),
    keyword: listed(keywords),
  };
  switch (kind) {
    case 'unreachable-rule':
      return rules.length > 1
        ? { text: t('analysis.say.stopped', names), help: t('analysis.do.stopped') }
        : { text: t('analysis.say.contradiction', names), help: t('analysis.do.contradiction') };
    case 'never-fired':
      return grade === 'fault'
        ? { text: t('analysis.say.silent', names), help: t('analysis.do.silent') }
        : { text: t('analysis.say.in-no-scenario', names), help: t('analysis.do.in-no-scenario') };
    case 'nobody-eligible':
      if (agents.length > 0) return { text: t('analysis.say.agent-cannot', names), help: t('analysis.do.agent-cannot') };
      if (rules.length === 0) return { text: t('analysis.say.channel-nobody', names), help: t('analysis.do.channel-nobody') };
      return grade === 'fault'
        ? { text: t('analysis.say.asks-too-much', names), help: t('analysis.do.asks-too-much') }
        : { text: t('analysis.say.asks-much', names), help: t('analysis.do.asks-too-much') };
    case 'one-agent':
      if (grade === 'note') return { text: t('analysis.say.only-one', names), help: t('analysis.do.only-one') };
      return rules.length > 0
        ? { text: t('analysis.say.all-to-one', names), help: t('analysis.do.all-to-one') }
        : { text: t('analysis.say.one-busy', names), help: t('analysis.do.one-busy') };
    case 'one-group':
      return { text: t('analysis.say.all-to-one', names), help: t('analysis.do.all-to-one') };
    default:
      return { text: t(`analysis.say.${kind}`, names), help: t(`analysis.do.${kind}`) };
  }
}
