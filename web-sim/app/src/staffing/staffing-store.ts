/** How many agents are needed, on the page: one question at a time, a new one ends the old. Hours are shown as they come. */
import { engine, RefusedError } from '../engine/client';
import { pool, type BatchProgress, type Outcome } from '../engine/pool';
import type { Files } from '../engine/protocol';
import type { Aim } from '../generated/types/Aim';
import type { Refused } from '../generated/types/Refused';
import type { StaffingCell } from '../generated/types/StaffingCell';
import { Store, useStore } from '../workspace/store';

/** What is asked. */
export interface Question {
  files: Files;
  /** Its slug and its name. */
  scenario: string;
  name: string;
  /** Of the files. */
  revision: string;
  seed: number;
  /** How many seeds, from `seed` on. */
  runs: number;
  aim: Aim;
}

export interface StaffingState {
  /** `hours`: how many are to be looked at; `null` while demand is counted. */
  running: { share: number; done: number; hours: number | null; left_ms: number | null } | null;
  result: {
    question: Question;
    /** Every group's every hour; `staffed` is there once it was looked at. */
    cells: readonly StaffingCell[];
    /** Hours of which nothing is known because their search failed. */
    failed: number;
    isWhole: boolean;
  } | null;
  refused: Refused | null;
  fault: string | null;
}

/** The part of the work that is done once demand is known. */
const DEMAND_SHARE = 0.1;
/** Between two looks at how far it is. */
const SHOW_MS = 100;

const NOTHING: StaffingState = { running: null, result: null, refused: null, fault: null };

export function seedsOf({ seed, runs }: Pick<Question, 'seed' | 'runs'>): number[] {
  return Array.from({ length: runs }, (_, run) => seed + run);
}

class StaffingStore extends Store<StaffingState> {
  #abort: AbortController | null = null;

  async start(question: Question): Promise<void> {
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    const isOld = () => this.#abort !== abort;
    this.set({ running: { share: 0, done: 0, hours: null, left_ms: null }, refused: null, fault: null });
    try {
      await this.#ask(question, abort.signal, isOld);
    } catch (error) {
      if (isOld()) return;
      if (error instanceof RefusedError) this.set({ refused: error.refused });
      else this.set({ fault: error instanceof Error ? error.message : String(error) });
    }
    if (!isOld()) this.set({ running: null });
  }

  /** Ends it; the hours that were found so far stay. */
  cancel(): void {
    this.#abort?.abort();
  }

  /** Another tenant: the result is not about it. */
  forget(): void {
    this.#abort?.abort();
    this.#abort = null;
    this.set(NOTHING);
  }

  async #ask(question: Question, signal: AbortSignal, isOld: () => boolean): Promise<void> {
    const { files, scenario, aim } = question;
    const seeds = seedsOf(question);
    const counted = await pool.run(
      'demand',
      seeds.map((seed) => ({ files, start: { scenario, seed } })),
      {
        signal,
        onProgress: ({ share }) => !isOld() && this.set({ running: { share: share * DEMAND_SHARE, done: 0, hours: null, left_ms: null } }),
      },
    );
    if (isOld() || signal.aborted) return;
    const demands = counted.map((outcome) => answerOf(outcome));
    const hours = await engine.call('staffingHours', { files, scenario, demands });
    if (isOld() || signal.aborted) return;
    const cells = hours.map(({ cell }) => cell);
    const asked = hours.flatMap((hour, at) => (hour.asked.conversations > 0 ? [{ hour, at }] : []));
    let failed = 0;
    let next: BatchProgress | null = null;
    const show = (isWhole = false) => {
      if (isOld()) return;
      this.set({ result: { question, cells: [...cells], failed, isWhole } });
      if (next) {
        const { share, done, left_ms } = next;
        this.set({ running: { share: DEMAND_SHARE + share * (1 - DEMAND_SHARE), done, hours: asked.length, left_ms } });
      }
    };
    let timer: ReturnType<typeof setTimeout> | null = null;
    await pool.run(
      'staff',
      asked.map(({ hour }) => ({ files, question: { scenario, hour, aim, seeds } })),
      {
        signal,
        onProgress: (progress) => {
          next = progress;
          timer ??= setTimeout(() => {
            timer = null;
            show();
          }, SHOW_MS);
        },
        onOutcome: (index, outcome) => {
          const at = asked[index]?.at;
          if (outcome.kind === 'answer' && at !== undefined) cells[at] = outcome.answer;
          else if (outcome.kind !== 'cancelled') failed += 1;
        },
      },
    );
    if (timer !== null) clearTimeout(timer);
    show(!signal.aborted);
  }
}

/** The answer, or why there is none. */
function answerOf(outcome: Outcome<'demand'>) {
  if (outcome.kind === 'answer') return outcome.answer;
  if (outcome.kind === 'refused') throw new RefusedError(outcome.refused);
  throw new Error(outcome.kind === 'failed' ? outcome.message : 'cancelled');
}

export const staffing = new StaffingStore(NOTHING);

export function useStaffing(): StaffingState {
  return useStore(staffing);
}
