/** The page's side of the engine: calls as promises. */
import type { Refused } from '../generated/types/Refused';
import { library } from '../modules/library';
import { foldersOf, modulesOf, type CallName, type Calls, type Module, type Reply, type Request } from './protocol';

/** How long a worker may take to obey a cancel before it is ended. */
export const CANCEL_MS_MAX = 1_000;

/** What is said of a worker that does not. */
export const NO_ANSWER = 'the engine did not answer and was stopped';

/** The part of a `Worker` that the client uses. */
export interface Port {
  postMessage(request: Request): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<Reply>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

/** The engine's own no: what was asked cannot be done. */
export class RefusedError extends Error {
  constructor(readonly refused: Refused) {
    super(refused.kind);
  }
}

export interface CallOptions<Name extends CallName> {
  /** Cancels the call. A call that can be cancelled still answers; one that cannot is ended with its worker. */
  signal?: AbortSignal;
  onProgress?: (progress: Calls[Name]['progress']) => void;
}

interface Pending {
  resolve: (answer: never) => void;
  reject: (error: Error) => void;
  onProgress: ((progress: never) => void) | undefined;
}

/**
 * One engine in one worker. Calls may overlap; each gets its own answer. When the worker dies, every call that
 * is still open is rejected and the next one gets a new worker: nothing waits for ever.
 */
export class Engine {
  readonly #start: () => Port;
  readonly #modules: (hash: string) => Module | undefined;
  /** What the worker has been told of modules, by hash. */
  readonly #told = new Map<string, Module>();
  readonly #pending = new Map<number, Pending>();
  #port: Port | null = null;
  #nextId = 1;

  /** `modules` finds the modules that folders name. */
  constructor(start: () => Port, modules: (hash: string) => Module | undefined = () => undefined) {
    this.#start = start;
    this.#modules = modules;
  }

  call<Name extends CallName>(
    name: Name,
    input: Calls[Name]['input'],
    { signal, onProgress }: CallOptions<Name> = {},
  ): Promise<Calls[Name]['answer']> {
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      const port = (this.#port ??= this.#open());
      for (const files of foldersOf(input)) this.#tell(port, modulesOf(files));
      if (name === 'module') this.#told.set((input as Module).hash, input as Module);
      this.#pending.set(id, { resolve, reject, onProgress });
      port.postMessage({ id, name, input } as Request);
      signal?.addEventListener('abort', () => this.#cancel(id), { once: true });
    });
  }

  /** Stops the worker at once, whatever it is doing; open calls are rejected with `reason`. */
  stop(reason: string): void {
    const port = this.#port;
    if (port) {
      port.onmessage = null;
      port.onerror = null;
      port.terminate();
    }
    this.#port = null;
    this.#told.clear();
    const open = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of open) reject(new Error(reason));
  }

  /** Tells the worker the modules that it does not know yet; what it has to say about one is not waited for. */
  #tell(port: Port, hashes: readonly string[]): void {
    for (const hash of hashes) {
      const module = this.#modules(hash);
      if (!module || this.#told.get(hash) === module) continue;
      this.#told.set(hash, module);
      port.postMessage({ id: this.#nextId++, name: 'module', input: module });
    }
  }

  #cancel(id: number): void {
    if (!this.#pending.has(id)) return;
    this.#port?.postMessage({ id, name: 'cancel' });
    setTimeout(() => {
      if (this.#pending.has(id)) this.stop(NO_ANSWER);
    }, CANCEL_MS_MAX);
  }

  #open(): Port {
    const port = this.#start();
    port.onmessage = ({ data }) => this.#settle(data);
    port.onerror = (event) => this.stop(event.message || 'the engine did not start');
    return port;
  }

  #settle(reply: Reply): void {
    const pending = this.#pending.get(reply.id);
    if (reply.kind === 'progress') {
      pending?.onProgress?.(reply.progress as never);
      return;
    }
    this.#pending.delete(reply.id);
    if (reply.kind === 'answer') {
      pending?.resolve(reply.answer as never);
      return;
    }
    if (reply.kind === 'refused') {
      pending?.reject(new RefusedError(reply.refused));
      return;
    }
    pending?.reject(new Error(reply.message));
    if (reply.fatal) this.stop(reply.message);
  }
}

/** Starts a worker of the page's own engine. */
export function startWorker(): Port {
  return new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }) as Port;
}

/** Answers at once: checks, tests, explains. */
export const engine = new Engine(startWorker, library.get);

/** Runs what takes long, so that the other never waits for it. */
export const simulator = new Engine(startWorker, library.get);
