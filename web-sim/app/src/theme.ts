/** Light or dark, as the system says, and at once when it changes. */
import { useSyncExternalStore } from 'react';

const darkQuery = window.matchMedia('(prefers-color-scheme: dark)');

function subscribe(changed: () => void): () => void {
  darkQuery.addEventListener('change', changed);
  return () => darkQuery.removeEventListener('change', changed);
}

/** Whether the page is dark. */
export function useDark(): boolean {
  return useSyncExternalStore(subscribe, () => darkQuery.matches);
}
