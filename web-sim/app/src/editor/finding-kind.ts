/** What the engine's findings are in the page's language: their own words are English. */
import i18next from 'i18next';
import { findings } from '../i18n/zh/findings';

function isKnown(code: string): code is keyof typeof findings {
  return Object.hasOwn(findings, code);
}

/** What kind of finding a code stands for; nothing for a code that only another version knows. */
export function findingKind(code: string): string {
  return isKnown(code) ? i18next.t(`findings.${code}`) : '';
}

/** What to say before the engine's own words: the kind, where the page is not in their language. */
export function findingLead(code: string): string {
  return i18next.language === 'en' ? '' : findingKind(code);
}
