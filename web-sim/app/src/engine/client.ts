/** The page's side of the engine: calls as promises. */
import type { CallName, Calls, Reply, Request } from './protocol';

/** The part of a `Worker` that the client uses. */
export interface Port {
  postMessage(request: Request): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<Reply>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

interface Pending {
  resolve: (answer: never) => void;
  reject: (error: Error) => void;
}

/**
 * One engine in one worker. Calls may overlap; each gets its own answer. When the worker dies, every call that
 * is still open is rejected and the next one gets a new worker: nothing waits for ever.
 */
export class Engine {
  readonly #start: () => Port;
  readonly #pending = new Map<number, Pending>();
  #port: Port | null = null;
  #nextId = 1;

  constructor(start: () => Port) {
    this.#start = start;
  }

  call<Name extends CallName>(name: Name, input: Calls[Name]['input']): Promise<Calls[Name]['answer']> {
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      const port = (this.#port ??= this.#open());
      this.#pending.set(id, { resolve, reject });
      port.postMessage({ id, name, input } as Request);
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
    const open = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of open) reject(new Error(reason));
  }

  #open(): Port {
    const port = this.#start();
    port.onmessage = ({ data }) => this.#settle(data);
    port.onerror = (event) => this.stop(event.message || 'the engine did not start');
    return port;
  }

  #settle(reply: Reply): void {
    const pending = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    if (reply.kind === 'answer') {
      pending?.resolve(reply.answer as never);
      return;
    }
    pending?.reject(new Error(reply.message));
    if (reply.fatal) this.stop(reply.message);
  }
}

/** The engine of this page. */
export const engine = new Engine(
  () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }) as Port,
);
