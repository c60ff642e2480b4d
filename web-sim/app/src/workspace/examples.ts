/** The example tenants, bundled when the page is built. */
import type { Files } from '../engine/protocol';

/** What an example opens with. */
interface Example {
  file: string;
  scenario: string;
  message: string;
}

const openings: Record<string, Example> = {
  shop: { file: 'rules/40-vip-value.rhai', scenario: 'promo-peak', message: '我要退款，都三天了' },
  'saas-en': {
    file: 'rules/70-account-owner.rhai',
    scenario: 'incident',
    message: 'Why was I charged twice this month?',
  },
  erlang: { file: 'scenarios/erlang-a.toml', scenario: 'erlang-a', message: 'hello' },
};

const texts = import.meta.glob<string>('../../../../examples/*/**/*.{toml,rhai,md}', {
  query: '?raw',
  import: 'default',
  eager: true,
});

const folders = new Map<string, Record<string, string>>();
for (const [path, text] of Object.entries(texts)) {
  const [, tenant, file] = path.match(/\/examples\/([^/]+)\/(.+)$/) ?? [];
  if (!tenant || !file) continue;
  const folder = folders.get(tenant) ?? {};
  folder[file] = text;
  folders.set(tenant, folder);
}

/** The names of the examples: those we open with first. */
export const exampleNames: readonly string[] = [
  ...Object.keys(openings).filter((name) => folders.has(name)),
  ...[...folders.keys()].filter((name) => !(name in openings) && folders.get(name)?.['tenant.toml']).sort(),
];

/** The files of an example, as they are in the repository. */
export function exampleFiles(name: string): Files {
  return folders.get(name) ?? {};
}

/** What the page shows first of an example. */
export function exampleOpening(name: string): Example {
  return openings[name] ?? { file: 'tenant.toml', scenario: '', message: '' };
}
