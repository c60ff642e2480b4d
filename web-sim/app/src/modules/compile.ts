/** Has modules compiled by the host: in the browser runs no compiler. One at a time, since a host does it in a second. */
import { engine, RefusedError } from '../engine/client';
import { Store, useStore } from '../workspace/store';
import { neededModules } from '../workspace/drafts';
import { compile, HostProblem, NoHost, session } from './host';
import { keepModule } from './kept';
import { library } from './library';

/** Where a module stands on its way to run. */
export type Compilation =
  | { kind: 'sending' | 'fetching'; since_ms: number }
  | { kind: 'done' }
  | { kind: 'sign-in' }
  | { kind: 'no-host' }
  /** The host does not take it: what is wrong with the module. */
  | { kind: 'refused'; detail: string }
  /** The host's engine is not this page's: what it compiles does not run here. */
  | { kind: 'other-version'; detail: string }
  /** It could not be asked, or this person may not ask it. */
  | { kind: 'failed'; detail: string }
  | { kind: 'unreachable' };

export interface CompilerState {
  readonly modules: Readonly<Record<string, Compilation>>;
  /** The sign-in dialog is open. */
  readonly isSigningIn: boolean;
}

class Compiler extends Store<CompilerState> {
  #line: Promise<void> = Promise.resolve();
  /** Called when a module can run that could not before. */
  onReady: () => void = () => undefined;

  /** Compiles the module, unless that is under way or came to nothing before. */
  want(hash: string): void {
    if (!(hash in this.get().modules)) this.again(hash);
  }

  /** Compiles the module, whatever came of it before. */
  again(hash: string): void {
    this.#to(hash, { kind: 'sending', since_ms: performance.now() });
    this.#line = this.#line.then(() => this.#compile(hash));
  }

  /** Somebody has signed in: what waited for that goes on. */
  signedIn(): void {
    this.set({ isSigningIn: false });
    for (const [hash, { kind }] of Object.entries(this.get().modules)) {
      if (kind === 'sign-in' || kind === 'failed' || kind === 'unreachable') this.again(hash);
    }
  }

  async #compile(hash: string): Promise<void> {
    const module = library.get(hash);
    if (!module) return;
    const since_ms = performance.now();
    this.#to(hash, { kind: 'sending', since_ms });
    try {
      if (!(await session())) {
        this.#to(hash, { kind: 'sign-in' });
        this.set({ isSigningIn: true });
        return;
      }
      const artefact = await compile(module, () => this.#to(hash, { kind: 'fetching', since_ms }));
      const ready = { ...module, artefact };
      await engine.call('module', ready);
      library.put(ready);
      await keepModule(ready, neededModules());
      this.#to(hash, { kind: 'done' });
      this.onReady();
    } catch (error) {
      this.#to(hash, outcome(error));
    }
  }

  #to(hash: string, compilation: Compilation): void {
    this.set({ modules: { ...this.get().modules, [hash]: compilation } });
  }
}

function outcome(error: unknown): Compilation {
  if (error instanceof NoHost) return { kind: 'no-host' };
  if (error instanceof HostProblem) {
    if (error.status === 401) return { kind: 'sign-in' };
    // What the host cannot do with the module itself; all else may go better another time.
    const isAboutModule = error.status === 422 || error.status === 413;
    return { kind: isAboutModule ? 'refused' : 'failed', detail: error.message };
  }
  if (error instanceof RefusedError) {
    const detail = 'message' in error.refused ? error.refused.message : error.refused.kind;
    return { kind: error.refused.kind === 'other-artefact' ? 'other-version' : 'failed', detail };
  }
  // What `fetch` throws when no answer came, and when it took too long.
  if (error instanceof TypeError || error instanceof DOMException) return { kind: 'unreachable' };
  return { kind: 'failed', detail: error instanceof Error ? error.message : String(error) };
}

export const compiler = new Compiler({ modules: {}, isSigningIn: false });

export function useCompiler(): CompilerState {
  return useStore(compiler);
}
