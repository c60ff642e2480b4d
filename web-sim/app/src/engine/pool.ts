/**
 * Many runs at once: a few workers, each with an engine of its own, that take runs from one line.
 *
 *     const outcomes = await pool.run('simulate', jobs, { signal, onProgress, onOutcome });
 *
 * Every job gets exactly one outcome, in the order of the jobs. A run that fails, or stops to answer, costs nobody else
 * theirs: its worker is ended and the next run gets a new one. Several callers may use the pool; the line is common.
 */
import type { Refused } from '../generated/types/Refused';
import { library } from '../modules/library';
import { CANCEL_MS_MAX, Engine, NO_ANSWER, RefusedError, startWorker, type Port } from './client';
import type { Calls, Module } from './protocol';
import { timeLeft } from './time-left';

/** More workers than this bring nothing: each has the whole engine in memory. */
const WORKERS_MAX = 8;
/** A worker that says nothing for so long hangs: it tells its progress every few hundredths of a second. */
const SILENCE_MS_MAX = 20_000;
/** How long workers without work are kept, so that the next runs need not compile the folder anew. */
const IDLE_MS_MAX = 60_000;

/** What takes so long that it is shared out: a run, a pair of runs, a replay, a search, a day of the trial of a fit. */
export type JobName = 'simulate' | 'pair' | 'replay' | 'demand' | 'staff' | 'blame' | 'trialDay';
export type Job<Name extends JobName = 'simulate'> = Calls[Name]['input'];

/** What became of a job. */
export type Outcome<Name extends JobName = 'simulate'> =
  | { kind: 'answer'; answer: Calls[Name]['answer']; took_ms: number }
  | { kind: 'refused'; refused: Refused }
  | { kind: 'failed'; message: string }
  | { kind: 'cancelled' };

/** How far a list of jobs is. */
export interface BatchProgress {
  /** Of each job: 0 to 1. */
  shares: readonly number[];
  /** Of all of them: 0 to 1. */
  share: number;
  /** Jobs that have their outcome, whatever it is. */
  done: number;
  /** Those among them that have no answer. */
  failed: number;
  /** An estimate; `null` until enough is known. */
  left_ms: number | null;
}

export interface BatchOptions<Name extends JobName = 'simulate'> {
  /** Cancels every job that has no outcome yet; `run` then resolves within about a second. */
  signal?: AbortSignal;
  onProgress?: (progress: BatchProgress) => void;
  /** Tells each outcome as it comes. */
  onOutcome?: (index: number, outcome: Outcome<Name>) => void;
}

export interface PoolOptions {
  startWorker: () => Port;
  modules?: (hash: string) => Module | undefined;
  /** How many workers at most. */
  size: number;
  silence_ms_max?: number;
}

/** A job on its way. */
interface Entry {
  name: JobName;
  job: Job<JobName>;
  abort: AbortController;
  isCancelled: boolean;
  /** Told how much of it is done. */
  onShare: (share: number) => void;
  settle: (outcome: Outcome<JobName>) => void;
}

export class Pool {
  readonly size: number;
  readonly #idle: Engine[] = [];
  readonly #line: Entry[] = [];
  readonly #open: () => Engine;
  readonly #silence_ms_max: number;
  #busy = 0;
  #rest: ReturnType<typeof setTimeout> | undefined;

  constructor({ startWorker, modules, size, silence_ms_max = SILENCE_MS_MAX }: PoolOptions) {
    this.size = Math.min(Math.max(Math.floor(size) || 1, 1), WORKERS_MAX);
    this.#silence_ms_max = silence_ms_max;
    this.#open = () => new Engine(startWorker, modules);
  }

  /** Runs the jobs. Never rejects: what goes wrong with a job is its outcome. */
  async run<Name extends JobName>(
    name: Name,
    jobs: readonly Job<Name>[],
    { signal, onProgress, onOutcome }: BatchOptions<Name> = {},
  ): Promise<Outcome<Name>[]> {
    const begun_ms = performance.now();
    const shares = jobs.map(() => 0);
    /** When each job that is under way began. */
    const begins: (number | null)[] = jobs.map(() => null);
    let done = 0;
    let failed = 0;
    const tell = () => {
      const share = shares.length === 0 ? 1 : shares.reduce((sum, one) => sum + one, 0) / shares.length;
      const left_ms = timeLeft({ shares, begins, begun_ms, now_ms: performance.now() });
      onProgress?.({ shares: [...shares], share, done, failed, left_ms });
    };
    const entries: Entry[] = [];
    const outcomes = jobs.map(
      (job, index) =>
        new Promise<Outcome<Name>>((resolve) => {
          entries.push({
            name,
            job,
            abort: new AbortController(),
            isCancelled: false,
            onShare: (share) => {
              begins[index] ??= performance.now();
              shares[index] = share;
              tell();
            },
            settle: (outcome) => {
              shares[index] = 1;
              begins[index] = null;
              done += 1;
              if (outcome.kind !== 'answer') failed += 1;
              onOutcome?.(index, outcome as Outcome<Name>);
              tell();
              resolve(outcome as Outcome<Name>);
            },
          });
        }),
    );
    const cancel = () => this.#cancel(entries);
    if (signal?.aborted) return jobs.map(() => ({ kind: 'cancelled' }));
    signal?.addEventListener('abort', cancel, { once: true });
    this.#line.push(...entries);
    this.#fill();
    try {
      return await Promise.all(outcomes);
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  #cancel(entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (entry.isCancelled) continue;
      entry.isCancelled = true;
      const at = this.#line.indexOf(entry);
      if (at >= 0) {
        this.#line.splice(at, 1);
        entry.settle({ kind: 'cancelled' });
      } else {
        entry.abort.abort();
      }
    }
  }

  #fill(): void {
    clearTimeout(this.#rest);
    while (this.#busy < this.size) {
      const entry = this.#line.shift();
      if (!entry) break;
      const engine = this.#idle.pop() ?? this.#open();
      this.#busy += 1;
      void this.#carryOut(engine, entry);
    }
    if (this.#busy === 0) this.#rest = setTimeout(() => this.#dismiss(), IDLE_MS_MAX);
  }

  #dismiss(): void {
    for (const engine of this.#idle.splice(0)) engine.stop('no longer needed');
  }

  async #carryOut(engine: Engine, entry: Entry): Promise<void> {
    const begun = performance.now();
    const watchdog = new Watchdog(this.#silence_ms_max, () => engine.stop(NO_ANSWER));
    let outcome: Outcome<JobName>;
    try {
      const answer = await engine.call(entry.name, entry.job, {
        signal: entry.abort.signal,
        onProgress: ({ share }) => {
          watchdog.heard();
          entry.onShare(share);
        },
      });
      outcome = { kind: 'answer', answer, took_ms: performance.now() - begun };
    } catch (error) {
      outcome =
        error instanceof RefusedError
          ? { kind: 'refused', refused: error.refused }
          : { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
    }
    watchdog.stop();
    if (entry.isCancelled) outcome = { kind: 'cancelled' };
    this.#idle.push(engine);
    this.#busy -= 1;
    entry.settle(outcome);
    this.#fill();
  }
}

/** Notices when nothing is heard for too long. */
class Watchdog {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heard_ms = performance.now();
  readonly #silence_ms_max: number;
  readonly #onSilence: () => void;

  constructor(silence_ms_max: number, onSilence: () => void) {
    this.#silence_ms_max = silence_ms_max;
    this.#onSilence = onSilence;
    this.#wait(silence_ms_max);
  }

  heard(): void {
    this.#heard_ms = performance.now();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #wait(ms: number): void {
    const set_ms = performance.now();
    this.#timer = setTimeout(() => {
      const now_ms = performance.now();
      // A timer that comes late tells that the whole page slept, and the worker with it.
      if (now_ms - set_ms > ms + CANCEL_MS_MAX) this.#heard_ms = now_ms;
      const left_ms = this.#heard_ms + this.#silence_ms_max - now_ms;
      if (left_ms > 0) this.#wait(left_ms);
      else this.#onSilence();
    }, ms);
  }
}

/** The pool of the page: one worker for each core. */
export const pool = new Pool({ startWorker, modules: library.get, size: globalThis.navigator?.hardwareConcurrency ?? 1 });
