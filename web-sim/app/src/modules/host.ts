/** What the page asks of a host, if there is one: who is signed in, to compile modules, and all that `ask` is used for. */

import type { Module } from '../engine/protocol';

/** Longer than a host takes to compile the largest module. */
const ANSWER_MS_MAX = 120_000;

/** A finding, as far as the page shows those of a host. */
export interface HostFinding {
  code: string;
  file: string;
  message: string;
  severity: string;
}

/** What a host says is wrong with a request. */
export class HostProblem extends Error {
  constructor(
    readonly status: number,
    detail: string,
    /** Which kind of problem, such as `stale-stage`. */
    readonly code = '',
    /** The findings on the tenant's files, where those are what is wrong. */
    readonly diagnostics: readonly HostFinding[] = [],
  ) {
    super(detail);
  }
}

/** There is no host behind this page: it came as plain files. */
export class NoHost extends Error {}

export interface Session {
  name: string;
  tenant: string;
}

/** Asks the host, with the session's cookie. */
export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(path, { ...init, signal: AbortSignal.timeout(ANSWER_MS_MAX) });
  if (response.ok) return response;
  // Only a host of ours answers with problem details; what else answers knows nothing of modules.
  if (!response.headers.get('content-type')?.startsWith('application/problem+json')) throw new NoHost();
  const problem: unknown = await response.json();
  const { type, title, detail, diagnostics } = (problem ?? {}) as Record<string, unknown>;
  throw new HostProblem(
    response.status,
    String(detail ?? title ?? response.status),
    String(type ?? '').split(':').at(-1),
    Array.isArray(diagnostics) ? diagnostics : [],
  );
}

function isJson(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith('application/json') ?? false;
}

/** Who is signed in; `null`: nobody. */
export async function session(): Promise<Session | null> {
  try {
    const response = await ask('/v1/session');
    if (!isJson(response)) throw new NoHost();
    return await response.json();
  } catch (error) {
    if (error instanceof HostProblem && error.status === 401) return null;
    // A page opened from a disk, or a server that is gone.
    if (error instanceof TypeError) throw new NoHost();
    throw error;
  }
}

export async function signIn(tenant: string, name: string, password: string): Promise<Session> {
  const response = await ask('/v1/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ tenant, name, password }),
  });
  return response.json();
}

/** Has the host compile a module; returns its artefact. `onCompiled` is told when only the artefact is missing. */
export async function compile({ hash, wasm }: Module, onCompiled: () => void): Promise<Uint8Array> {
  await ask('/v1/modules', {
    method: 'POST',
    headers: { 'content-type': 'application/wasm' },
    body: new Blob([wasm as BlobPart]),
  });
  onCompiled();
  const artefact = await ask(`/v1/modules/${hash}/artefact`);
  return new Uint8Array(await artefact.arrayBuffer());
}
