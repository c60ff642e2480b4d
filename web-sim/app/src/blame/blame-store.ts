/** Which change did something, on the page: one question at a time. */
import { pool, type BatchProgress } from '../engine/pool';
import type { Files } from '../engine/protocol';
import type { Blame } from '../generated/types/Blame';
import type { BlameQuestion } from '../generated/types/BlameQuestion';
import type { Refused } from '../generated/types/Refused';
import { Store, useStore } from '../workspace/store';

/** What is asked. */
export interface Asked {
  live: Files;
  files: Files;
  question: BlameQuestion;
}

export interface BlameState {
  /** What the dialog is about; `null`: it is closed. */
  asked: Asked | null;
  running: BatchProgress | null;
  result: Blame | null;
  refused: Refused | null;
  fault: string | null;
}

const NOTHING: BlameState = { asked: null, running: null, result: null, refused: null, fault: null };

class BlameStore extends Store<BlameState> {
  #abort: AbortController | null = null;

  /** Opens the dialog and looks for the change. */
  async start(asked: Asked): Promise<void> {
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    const isOld = () => this.#abort !== abort;
    this.set({ ...NOTHING, asked, running: { shares: [], share: 0, done: 0, failed: 0, left_ms: null } });
    const [outcome] = await pool.run('blame', [asked], {
      signal: abort.signal,
      onProgress: (running) => !isOld() && this.set({ running }),
    });
    if (isOld()) return;
    this.set({ running: null });
    if (outcome?.kind === 'answer') this.set({ result: outcome.answer });
    else if (outcome?.kind === 'refused') this.set({ refused: outcome.refused });
    else if (outcome?.kind === 'failed') this.set({ fault: outcome.message });
  }

  cancel(): void {
    this.#abort?.abort();
  }

  close(): void {
    this.#abort?.abort();
    this.#abort = null;
    this.set(NOTHING);
  }
}

export const blame = new BlameStore(NOTHING);

export function useBlame(): BlameState {
  return useStore(blame);
}
