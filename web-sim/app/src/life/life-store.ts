/**
 * The life that is looked at: one conversation of a simulated run, followed by an engine of its own, so that neither the
 * floor nor the checks wait for it.
 */
import { Engine, RefusedError, startWorker } from '../engine/client';
import type { CallName, Calls, Run } from '../engine/protocol';
import type { DecisionId } from '../generated/types/DecisionId';
import type { Goal } from '../generated/types/Goal';
import type { KeepTold } from '../generated/types/KeepTold';
import type { Life } from '../generated/types/Life';
import type { LitRule } from '../generated/types/LitRule';
import type { Refused } from '../generated/types/Refused';
import type { WhatIf } from '../generated/types/WhatIf';
import type { Why } from '../generated/types/Why';
import { library } from '../modules/library';
import { Store, useStore } from '../workspace/store';

export type Side = 'live' | 'candidate';

/** A conversation of a run; of a comparison, of the run on either side. */
export interface Subject {
  conversation: number;
  /** The run, or that of the candidate. */
  run: Run;
  /** The run under what is live. */
  live?: Run;
}

export interface LifeState {
  isOpen: boolean;
  /** The drawer's code was wanted at least once. */
  wasOpened: boolean;
  subject: Subject | null;
  side: Side;
  /** Where the run is while the conversation is looked for. */
  travelling: number | null;
  life: Life | null;
  /** The moment that is looked at: a place in the life's moments. */
  moment: number;
  refused: Refused | null;
  fault: string | null;
}

const NOTHING: LifeState = {
  isOpen: false,
  wasOpened: false,
  subject: null,
  side: 'candidate',
  travelling: null,
  life: null,
  moment: 0,
  refused: null,
  fault: null,
};

class Lives extends Store<LifeState> {
  readonly #engine = new Engine(startWorker, library.get);
  #number = 0;
  #abort: AbortController | null = null;

  /** Opens a conversation's life. */
  open(subject: Subject, side: Side = 'candidate'): void {
    this.set({ isOpen: true, wasOpened: true, subject, side, moment: 0 });
    void this.#follow();
  }

  close(): void {
    this.#abort?.abort();
    this.set({ isOpen: false });
  }

  /** The other side of a comparison. */
  turn(side: Side): void {
    this.set({ side });
    void this.#follow();
  }

  /** Looks at a moment. */
  look(moment: number): void {
    this.set({ moment });
  }

  /** The run that is looked at. */
  run(): Run | null {
    const { subject, side } = this.get();
    return subject ? (side === 'live' ? (subject.live ?? subject.run) : subject.run) : null;
  }

  why(decision: DecisionId, search: string): Promise<Why | null> {
    return this.#ask('why', (life) => ({ life, decision, search }));
  }

  whatIf(decision: DecisionId, goal: Goal): Promise<WhatIf | null> {
    return this.#ask('whatIf', (life) => ({ life, decision, goal }));
  }

  lit(decision: DecisionId): Promise<LitRule[] | null> {
    return this.#ask('lit', (life) => ({ life, decision }));
  }

  keep(decision: DecisionId, name: string): Promise<KeepTold> {
    return this.#ask('keep', (life) => ({ life, decision, name }));
  }

  /** Asks about the life; should its worker have been lost, it is followed anew first. */
  async #ask<Name extends CallName>(name: Name, input: (life: number) => Calls[Name]['input']): Promise<Calls[Name]['answer']> {
    try {
      return await this.#engine.call(name, input(this.#number));
    } catch (error) {
      if (error instanceof RefusedError) throw error;
      await this.#follow();
      return this.#engine.call(name, input(this.#number));
    }
  }

  async #follow(): Promise<void> {
    const run = this.run();
    const { subject } = this.get();
    if (!run || !subject) return;
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    this.#number += 1;
    const isOld = () => this.#abort !== abort || abort.signal.aborted;
    this.set({ life: null, refused: null, fault: null, travelling: null });
    try {
      const input = { ...run, life: this.#number, conversation: subject.conversation };
      const life = await this.#engine.call('life', input, {
        signal: abort.signal,
        onProgress: ({ at }) => !isOld() && this.set({ travelling: at }),
      });
      if (isOld()) return;
      this.set({ life, travelling: null, moment: firstOfInterest(life) });
    } catch (error) {
      if (isOld()) return;
      if (error instanceof RefusedError) this.set({ refused: error.refused });
      else this.set({ fault: error instanceof Error ? error.message : String(error) });
    }
  }
}

/** The first moment with a decision. */
function firstOfInterest({ moments }: Life): number {
  return Math.max(
    moments.findIndex(({ decisions }) => decisions.length > 0),
    0,
  );
}

export const lives = new Lives(NOTHING);

export function useLife(): LifeState {
  return useStore(lives);
}
