/** The comparison on the page: one at a time, a new one ends the old. What there is so far is shown as it comes. */
import { engine } from '../engine/client';
import { pool, type BatchProgress, type Outcome } from '../engine/pool';
import type { Files, Pairs, RecordedFile } from '../engine/protocol';
import type { Comparison } from '../generated/types/Comparison';
import type { PairTold } from '../generated/types/PairTold';
import type { Refused } from '../generated/types/Refused';
import type { ReplayTold } from '../generated/types/ReplayTold';
import type { Said } from '../generated/types/Said';
import { Store, useStore } from '../workspace/store';

/** What is compared. */
export interface Question {
  live: Files;
  candidate: Files;
  scenario: string;
  /** A recorded period in the place of the scenario, under its own rules in the place of `live`. */
  recording: RecordedFile | null;
  seed: number;
  /** How many seeds, from `seed` on. */
  runs: number;
}

export interface CompareState {
  running: BatchProgress | null;
  result: {
    question: Question;
    comparison: Comparison;
    /** What it says, in each language. */
    said: Said;
    /** What it was put together from. */
    pairs: Pairs;
    /** The first seed in full, for the charts. */
    first: PairTold;
    /** How true it is, of a replay. */
    replayed: ReplayTold | null;
    /** Seeds that have no result, because their run failed. */
    failed: number;
  } | null;
  refused: Refused | null;
  fault: string | null;
}

/** Between two looks at how far it is. */
const SHOW_MS = 50;

const NOTHING: CompareState = { running: null, result: null, refused: null, fault: null };

class Compare extends Store<CompareState> {
  #abort: AbortController | null = null;
  /** Progress that is not shown yet. */
  #next: BatchProgress | null = null;

  async start(question: Question): Promise<void> {
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    const isOld = () => this.#abort !== abort;
    this.set({ running: { shares: [], share: 0, done: 0, failed: 0, left_ms: null }, refused: null, fault: null });
    const told: PairTold[] = [];
    let replayed: ReplayTold | null = null;
    let failed = 0;
    let putTogether = Promise.resolve();
    const onOutcome = (outcome: Outcome<'pair'> | Outcome<'replay'>) => {
      if (isOld()) return;
      if (outcome.kind === 'answer') {
        const { answer } = outcome;
        if ('told' in answer) replayed ??= answer;
        told.push('told' in answer ? answer.told : answer);
      } else if (outcome.kind === 'cancelled') return;
      else {
        failed += 1;
        if (outcome.kind === 'refused') this.set({ refused: outcome.refused });
        else this.set({ fault: outcome.message });
      }
      putTogether = putTogether.then(() => (isOld() ? undefined : this.#putTogether(question, told, replayed, failed)));
    };
    const { live, candidate: files, scenario, recording } = question;
    const seeds = Array.from({ length: question.runs }, (_, run) => question.seed + run);
    const options = { signal: abort.signal, onProgress: (running: BatchProgress) => this.#show(running, isOld) };
    if (recording) {
      const jobs = seeds.map((seed) => ({ files, recording, seed }));
      await pool.run('replay', jobs, { ...options, onOutcome: (_, outcome) => onOutcome(outcome) });
    } else {
      const jobs = seeds.map((seed) => ({ live, files, start: { scenario, seed } }));
      await pool.run('pair', jobs, { ...options, onOutcome: (_, outcome) => onOutcome(outcome) });
    }
    await putTogether;
    if (isOld()) return;
    this.#next = null;
    this.set({ running: null });
  }

  /** Ends it; what it came to so far is its result. */
  cancel(): void {
    this.#abort?.abort();
  }

  /** Another tenant: the result is not about it. */
  forget(): void {
    this.#abort?.abort();
    this.#abort = null;
    this.set(NOTHING);
  }

  /** Shows how far it is: not more often than people can see, since a cancel ends a hundred runs at once. */
  #show(running: BatchProgress, isOld: () => boolean): void {
    const isWaiting = this.#next !== null;
    this.#next = running;
    if (isWaiting) return;
    setTimeout(() => {
      if (this.#next && !isOld()) this.set({ running: this.#next });
      this.#next = null;
    }, SHOW_MS);
  }

  async #putTogether(question: Question, told: readonly PairTold[], replayed: ReplayTold | null, failed: number): Promise<void> {
    // The same order whichever worker was first.
    const sorted = told.toSorted((a, b) => a.pair.seed - b.pair.seed);
    const [first] = sorted;
    if (!first) return;
    const pairs: Pairs = { pairs: sorted.map(({ pair }) => pair), live: first.live, candidate: first.candidate };
    const { comparison, said } = await engine.call('comparison', pairs);
    this.set({ result: { question, comparison, said, pairs, first, replayed, failed } });
  }
}

export const compare = new Compare(NOTHING);

export function useCompare(): CompareState {
  return useStore(compare);
}
