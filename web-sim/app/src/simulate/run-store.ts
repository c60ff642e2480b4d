/** The simulation on the page: one at a time, a new one ends the old. */
import { RefusedError, simulator } from '../engine/client';
import type { Files } from '../engine/protocol';
import type { Progress } from '../generated/types/Progress';
import type { Refused } from '../generated/types/Refused';
import type { Report } from '../generated/types/Report';
import { Store, useStore } from '../workspace/store';

/** Progress is shown so often: more would only keep the page busy. */
const TELL_MS = 200;

export interface RunState {
  /** While one runs. */
  running: { scenario: string; seed: number; progress: Progress | null } | null;
  /** The last result, and what it is the result of. */
  result: { report: Report; scenario: string; seed: number; files: Files; took_ms: number } | null;
  refused: Refused | null;
  fault: string | null;
}

class Run extends Store<RunState> {
  #abort: AbortController | null = null;

  async start(files: Files, scenario: string, seed: number): Promise<void> {
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    this.set({ running: { scenario, seed, progress: null }, refused: null, fault: null });
    let begun: number | null = null;
    let told = 0;
    try {
      const report = await simulator.call(
        'simulate',
        { files, start: { scenario, seed } },
        {
          signal: abort.signal,
          onProgress: (progress) => {
            const now = performance.now();
            begun ??= now;
            if (now - told < TELL_MS) return;
            told = now;
            if (this.#abort === abort) this.set({ running: { scenario, seed, progress } });
          },
        },
      );
      if (this.#abort !== abort) return;
      this.set({ result: { report, scenario, seed, files, took_ms: performance.now() - (begun ?? performance.now()) }, running: null });
    } catch (error) {
      if (this.#abort !== abort) return;
      if (error instanceof RefusedError) this.set({ running: null, refused: error.refused });
      else this.set({ running: null, fault: error instanceof Error ? error.message : String(error) });
    }
  }

  /** Ends the run; what it came to so far is its result. */
  cancel(): void {
    this.#abort?.abort();
  }

  /** Another tenant: the result is not about it. */
  forget(): void {
    this.#abort?.abort();
    this.#abort = null;
    this.set({ running: null, result: null, refused: null, fault: null });
  }
}

export const run = new Run({ running: null, result: null, refused: null, fault: null });

export function useRun(): RunState {
  return useStore(run);
}
