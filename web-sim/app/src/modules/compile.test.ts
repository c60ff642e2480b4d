import { beforeEach, describe, expect, it, vi } from 'vitest';
import { compiler, type Compilation } from './compile';
import { library } from './library';

const problem = (status: number, detail: string) =>
  Response.json({ title: 'Problem', detail }, { status, headers: { 'content-type': 'application/problem+json' } });
const someone = () => Response.json({ name: 'user:admin', tenant: 'shop' });

/** What comes of a module when the server answers so, path by path. */
async function outcome(answers: Record<string, () => Response>): Promise<Compilation | undefined> {
  vi.stubGlobal('fetch', async (path: string) => {
    const answer = answers[path];
    if (!answer) throw new TypeError('Failed to fetch');
    return answer();
  });
  library.put({ hash: 'h', wasm: new Uint8Array([0]), artefact: null });
  compiler.again('h');
  const isOver = () => !['sending', 'fetching'].includes(compiler.get().modules['h']?.kind ?? 'sending');
  await vi.waitUntil(isOver);
  return compiler.get().modules['h'];
}

describe('a module that has to be compiled', () => {
  beforeEach(() => compiler.set({ modules: {}, isSigningIn: false }));

  it('finds no host where the page came as plain files', async () => {
    expect(await outcome({ '/v1/session': () => new Response('not found', { status: 404 }) })).toEqual({ kind: 'no-host' });
    // A server that answers everything with the page itself.
    const html = () => new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } });
    expect(await outcome({ '/v1/session': html })).toEqual({ kind: 'no-host' });
    expect(await outcome({})).toEqual({ kind: 'no-host' });
    expect(compiler.get().isSigningIn).toBe(false);
  });

  it('asks for a sign-in, and goes on behind it', async () => {
    expect(await outcome({ '/v1/session': () => problem(401, 'sign in') })).toEqual({ kind: 'sign-in' });
    expect(compiler.get().isSigningIn).toBe(true);
    vi.stubGlobal('fetch', async (path: string) => (path === '/v1/session' ? someone() : problem(422, 'the module is bad')));
    compiler.signedIn();
    await vi.waitUntil(() => compiler.get().modules['h']?.kind === 'refused');
    expect(compiler.get().isSigningIn).toBe(false);
  });

  it('is refused with the reason of the host', async () => {
    const answers = { '/v1/session': someone, '/v1/modules': () => problem(422, 'imports `env::fopen`') };
    expect(await outcome(answers)).toEqual({ kind: 'refused', detail: 'imports `env::fopen`' });
  });

  it('may go better another time where the reason is not the module', async () => {
    const answers = { '/v1/session': someone, '/v1/modules': () => problem(503, 'the server is stopping') };
    expect(await outcome(answers)).toEqual({ kind: 'failed', detail: 'the server is stopping' });
    expect(await outcome({ '/v1/session': someone })).toEqual({ kind: 'unreachable' });
  });
});
