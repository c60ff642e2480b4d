/** The page's state in the address: what is in it can be sent as a link, and the back button works. */
import { useSyncExternalStore } from 'react';

export type Tab = 'simulate' | 'compare' | 'floor' | 'visitor' | 'analysis' | 'staffing' | 'tests';

const TABS: readonly Tab[] = ['simulate', 'compare', 'floor', 'visitor', 'analysis', 'staffing', 'tests'];
const SEED_DEFAULT = 7;
/** The largest whole number that JavaScript keeps exactly. */
export const SEED_MAX = Number.MAX_SAFE_INTEGER;

/** Empty texts mean: what the tenant opens with. */
export interface UrlState {
  tenant: string;
  tab: Tab;
  file: string;
  scenario: string;
  seed: number;
}

export function parseHash(hash: string): UrlState {
  const values = new URLSearchParams(hash.replace(/^#/, ''));
  const seed = values.get('seed');
  return {
    tenant: values.get('tenant') ?? '',
    tab: TABS.find((tab) => tab === values.get('tab')) ?? 'simulate',
    file: values.get('file') ?? '',
    scenario: values.get('scenario') ?? '',
    seed: seed !== null && /^\d{1,16}$/.test(seed) && Number(seed) <= SEED_MAX ? Number(seed) : SEED_DEFAULT,
  };
}

export function formatHash(state: UrlState): string {
  const values = new URLSearchParams();
  if (state.tenant) values.set('tenant', state.tenant);
  if (state.tab !== 'simulate') values.set('tab', state.tab);
  if (state.file) values.set('file', state.file);
  if (state.scenario) values.set('scenario', state.scenario);
  if (state.seed !== SEED_DEFAULT) values.set('seed', String(state.seed));
  const text = values.toString().replaceAll('%2F', '/');
  return text ? `#${text}` : '#';
}

const listeners = new Set<() => void>();
let current = parseHash(location.hash);

function read(): void {
  const next = parseHash(location.hash);
  if (formatHash(next) === formatHash(current)) return;
  current = next;
  for (const listener of [...listeners]) listener();
}

window.addEventListener('hashchange', read);
window.addEventListener('popstate', read);

/** Goes to another state of the page, as a link would; the back button comes back from it. */
export function navigate(change: Partial<UrlState>): void {
  const hash = formatHash({ ...current, ...change });
  if (hash === formatHash(current)) return;
  history.pushState(null, '', hash);
  read();
}

export function useUrlState(): UrlState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}
