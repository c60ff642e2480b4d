/** The page's two languages. A key that does not exist is a compile error. */
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from './en';
import { zh, type Catalogue } from './zh';

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: Catalogue };
  }
}

export type Language = 'zh' | 'en';

/** The first language that the browser prefers and we speak; Chinese when there is none. */
export function preferredLanguage(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    const language = tag.toLowerCase().split('-')[0];
    if (language === 'zh' || language === 'en') return language;
  }
  return 'zh';
}

const language = preferredLanguage(navigator.languages);

void i18next.use(initReactI18next).init({
  resources: { zh: { translation: zh }, en: { translation: en } },
  lng: language,
  fallbackLng: 'zh',
  interpolation: { escapeValue: false }, // React escapes already
});
document.documentElement.lang = language;
