/** The example tenants, bundled when the page is built. Their modules are fetched when a tenant that has some is opened. */
import type { Files, Module } from '../engine/protocol';
import hashes from '../generated/artefacts/index.json';

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
  marketplace: {
    file: 'rules/20-fraud-score.wasm',
    scenario: 'fraud-wave',
    message: '客服让我共享屏幕,把钱转账到安全账户,还要验证码',
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

// Inlined they would weigh on everybody, and the host's page may not fetch what is inlined.
const wasms = addresses(
  import.meta.glob<string>('../../../../examples/*/rules/*.wasm', { query: '?url&no-inline', import: 'default', eager: true }),
);
const artefacts = addresses(
  import.meta.glob<string>('../generated/artefacts/*.bin', { query: '?url&no-inline', import: 'default', eager: true }),
);

/** Addresses of files by the end of their path: `TENANT/rules/NAME.wasm`, or `HASH.bin`. */
function addresses(found: Record<string, string>): Map<string, string> {
  return new Map(Object.entries(found).map(([path, url]) => [path.replace(/^.*\/(?:examples|artefacts)\//, ''), url]));
}

const modules = new Map<string, { wasm: string; artefact: string }>();
for (const [name, hash] of Object.entries<string>(hashes)) {
  const [tenant = '', ...path] = name.split('/');
  const folder = folders.get(tenant);
  const [wasm, artefact] = [wasms.get(name), artefacts.get(`${hash}.bin`)];
  if (!folder || wasm === undefined || artefact === undefined) continue;
  folder[path.join('/')] = hash;
  modules.set(hash, { wasm, artefact });
}

/** A module of an example, with the artefact that was made when the page was built. */
export async function exampleModule(hash: string): Promise<Module | null> {
  const at = modules.get(hash);
  if (!at) return null;
  const [wasm, artefact] = await Promise.all([bytes(at.wasm), bytes(at.artefact)]);
  return { hash, wasm, artefact };
}

async function bytes(url: string): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${response.status}: ${url}`);
  return new Uint8Array(await response.arrayBuffer());
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
