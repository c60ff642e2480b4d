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

export const LANGUAGES: readonly { value: Language; label: string }[] = [
  { value: 'zh', label: '中文' },
  { value: 'en', label: 'English' },
];
const KEY = 'pointsman.language';

/** The first language that the browser prefers and we speak; Chinese when there is none. */
export function preferredLanguage(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    const language = tag.toLowerCase().split('-')[0];
    if (language === 'zh' || language === 'en') return language;
  }
  return 'zh';
}

function show(language: string): void {
  document.documentElement.lang = language === 'en' ? 'en' : 'zh-CN';
  document.title = i18next.t('shell.title');
}

/** Changes the page's language, and keeps the choice in this browser. */
export function setLanguage(language: Language): void {
  localStorage.setItem(KEY, language);
  void i18next.changeLanguage(language);
}

const chosen = localStorage.getItem(KEY);

i18next.on('languageChanged', show);
void i18next.use(initReactI18next).init({
  resources: { zh: { translation: zh }, en: { translation: en } },
  lng: preferredLanguage(chosen ? [chosen, ...navigator.languages] : navigator.languages),
  fallbackLng: 'zh',
  interpolation: { escapeValue: false }, // React escapes already
});
