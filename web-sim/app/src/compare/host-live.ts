/** What is live on the host, to compare with. */
import type { Files } from '../engine/protocol';
import { ask, HostProblem, NoHost, session } from '../modules/host';
import { library } from '../modules/library';
import type { Content } from '../publish/host-rulesets';

export interface HostLive {
  number: number;
  files: Files;
}

/** Why it cannot be had. */
export type HostLiveProblem = { kind: 'no-host' | 'sign-in' } | { kind: 'host'; message: string };

/** Fetches what is live, with the bytes of its modules. */
export async function hostLive(): Promise<HostLive | HostLiveProblem> {
  try {
    if (!(await session())) return { kind: 'sign-in' };
    const { number, files } = (await (await ask('/v1/rulesets/live')).json()) as { number: number; files: Record<string, Content> };
    const named = Object.entries(files).map(([path, content]) => [path, typeof content === 'string' ? content : content.module]);
    const hashes = Object.values(files).flatMap((content) => (typeof content === 'string' ? [] : [content.module]));
    await library.load(hashes);
    await Promise.all(hashes.filter((hash) => !library.get(hash)).map(fetchModule));
    return { number, files: Object.fromEntries(named) };
  } catch (error) {
    if (error instanceof NoHost || error instanceof TypeError) return { kind: 'no-host' };
    if (error instanceof HostProblem && error.status === 401) return { kind: 'sign-in' };
    return { kind: 'host', message: error instanceof Error ? error.message : String(error) };
  }
}

/** A module that only the host has, compiled for this engine. */
async function fetchModule(hash: string): Promise<void> {
  const bytes = async (path: string) => new Uint8Array(await (await ask(`/v1/modules/${hash}/${path}`)).arrayBuffer());
  const [wasm, artefact] = await Promise.all([bytes('bytes'), bytes('artefact')]);
  library.put({ hash, wasm, artefact });
}
