/** What an agent on the floor is doing, in words. */
import type { TFunction } from 'i18next';
import type { AgentSeat } from '../generated/types/AgentSeat';

export function presenceWords(t: TFunction, { presence, silent }: Pick<AgentSeat, 'presence' | 'silent'>): string {
  if (silent) return t('floor.silent');
  return presence === 'online' || presence === 'offline' ? t(`floor.${presence}`) : t(`words.reason.${presence}`);
}
