/** What a folder answers, in the page's words. */
import type { TFunction } from 'i18next';
import { figure } from '../compare/format';
import type { Answered } from '../generated/types/Answered';
import type { Catalogue } from '../generated/types/Catalogue';

export function answered(told: Answered | null, catalogue: Catalogue | null, t: TFunction): string {
  if (told === null) return t('blame.notCompiled');
  const named = (list: readonly { slug: string; name: string }[] | undefined, slug: string) => list?.find((one) => one.slug === slug)?.name ?? slug;
  switch (told.kind) {
    case 'figure':
      return figure(told.measure, told.value, t);
    case 'group':
    case 'served-by':
    case 'waiting-for':
      return t(`blame.answered.${told.kind}`, { name: named(catalogue?.groups, told.group) });
    case 'agent':
      return t('blame.answered.agent', { name: named(catalogue?.agents, told.agent) });
    case 'bot':
      return t('blame.answered.bot', { name: told.name });
    case 'number':
      return told.value === null ? t('blame.answered.any') : String(told.value);
    case 'words':
      return told.words.length === 0 ? t('blame.answered.none') : told.words.join(' · ');
    default:
      return t(`blame.answered.${told.kind}`);
  }
}
