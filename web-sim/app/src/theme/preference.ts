/** Light, dark, or as the system says, where the choice is kept in this browser; and whether anything moves. */
import { useSyncExternalStore } from 'react';

export type ThemePreference = 'system' | 'light' | 'dark';

export const THEME_PREFERENCES: readonly ThemePreference[] = ['system', 'light', 'dark'];
const KEY = 'pointsman.theme';

const darkQuery = window.matchMedia('(prefers-color-scheme: dark)');
const stillQuery = window.matchMedia('(prefers-reduced-motion: reduce)');
const listeners = new Set<() => void>();
let preference = THEME_PREFERENCES.find((known) => known === localStorage.getItem(KEY)) ?? 'system';

function tell(): void {
  for (const listener of [...listeners]) listener();
}

darkQuery.addEventListener('change', tell);
stillQuery.addEventListener('change', tell);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function setThemePreference(next: ThemePreference): void {
  preference = next;
  localStorage.setItem(KEY, next);
  tell();
}

export function useThemePreference(): ThemePreference {
  return useSyncExternalStore(subscribe, () => preference);
}

/** Whether the page is dark. */
export function useDark(): boolean {
  return useSyncExternalStore(subscribe, () =>
    preference === 'system' ? darkQuery.matches : preference === 'dark',
  );
}

/** Whether this person's system asks for pages on which nothing moves. */
export function isStill(): boolean {
  return stillQuery.matches;
}

export function useStill(): boolean {
  return useSyncExternalStore(subscribe, isStill);
}
