/** Figures as people read them. */
import type { TFunction } from 'i18next';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

export function percent(share: number, digits = 1): string {
  return `${(share * 100).toFixed(digits)}%`;
}

/** A length of time in the unit that suits it. */
export function duration(ms: number, t: TFunction): string {
  if (ms < MINUTE_MS) return t('simulate.unit.s', { value: ms < 10_000 ? trim(ms / 1000, 1) : Math.round(ms / 1000) });
  if (ms < HOUR_MS) return t('simulate.unit.min', { value: trim(ms / MINUTE_MS, 1) });
  return t('simulate.unit.h', { value: trim(ms / HOUR_MS, 1) });
}

export function count(value: number, language: string): string {
  return new Intl.NumberFormat(language === 'en' ? 'en-GB' : 'zh-CN').format(value);
}

/** A number in the room of a few characters. */
export function compact(value: number, language: string): string {
  return new Intl.NumberFormat(language === 'en' ? 'en-GB' : 'zh-CN', { notation: 'compact', maximumSignificantDigits: 3 }).format(value);
}

function trim(value: number, digits: number): string {
  return value.toFixed(digits).replace(/\.0+$/, '');
}
