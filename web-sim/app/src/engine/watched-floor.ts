/** The run that a worker watches: the playhead, moved in slices so that messages get in between. */
import type { Found } from '../generated/types/Found';
import type { Sought } from '../generated/types/Sought';
import type * as wasm from '../generated/wasm/pointsman';
import type { Calls, Files, Goal, Injection, Run, Seen, Travel } from './protocol';

/** Events in the first slice of a run, and the time that a slice should take. */
const SLICE_EVENTS = 5_000;
const SLICE_MS = 40;
/** While playing, the clock is looked at after so many events. */
const PLAY_EVENTS = 300;

/**
 * Does `work` with a number of events at a time until it is done, or `isCancelled` says so in between. Each slice takes
 * about as long as the page may wait for an answer to a cancel. Gives whether it is done.
 */
export async function inSlices(work: (events: number) => boolean, isCancelled: () => boolean): Promise<boolean> {
  let slice = SLICE_EVENTS;
  for (;;) {
    const begun = performance.now();
    if (work(slice)) return true;
    const took = Math.max(performance.now() - begun, 1);
    slice = Math.round(Math.min(Math.max((slice * SLICE_MS) / took, 100), 1_000_000));
    await nextTurn();
    if (isCancelled()) return false;
  }
}

/** Lets messages in. A timer would wait for four milliseconds, a tenth of a slice. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

export type Opened = (files: Files) => wasm.Workspace;

/**
 * A run as the engine wants it. The rulesets that it swaps to are compiled here, each as the successor of the one
 * before it.
 */
export function described({ files, start, injections = [] }: Run, opened: Opened): string {
  if (injections.some(({ kind }) => kind === 'swap')) opened(files).chain(true);
  const planned = injections.map((injection) => {
    if (injection.kind !== 'swap') return injection;
    const ruleset: number = JSON.parse(opened(injection.files).chain(false));
    return { at: injection.at, kind: 'swap', ruleset };
  });
  return JSON.stringify({ ...start, injections: planned });
}

export type OnTravel = (travel: Travel) => void;

/** A run with the number that the page knows it by. */
type Watched = Run & { watched: number; injections: readonly Injection[] };

export class WatchedFloor {
  readonly #opened: Opened;
  #run: Watched | null = null;
  #workspace: wasm.Workspace | null = null;
  #at = 0;
  /** The revision that the page has the plan of. */
  #revision = '';

  constructor(opened: Opened) {
    this.#opened = opened;
  }

  async watch(input: Calls['watch']['input'], onTravel: OnTravel, isCancelled: () => boolean): Promise<Seen> {
    const { files, start, injections = [], watched, at, groups } = input;
    this.#begin({ files, start, injections: [...injections], watched });
    if (at !== null) await this.#goTo(at, onTravel, isCancelled);
    return this.#see(groups, true);
  }

  play({ watched, to, budget_ms, groups }: Calls['play']['input']): Seen {
    const workspace = this.#watched(watched);
    const until = performance.now() + budget_ms;
    while (!JSON.parse(workspace.go_to(to, PLAY_EVENTS)) && performance.now() < until);
    return this.#see(groups, false);
  }

  async travel(
    { watched, goal, groups }: Calls['travel']['input'],
    onTravel: OnTravel,
    isCancelled: () => boolean,
  ): Promise<Calls['travel']['answer']> {
    this.#watched(watched);
    const found = await this.#reach(goal, onTravel, isCancelled);
    return { ...this.#see(groups, false), found };
  }

  async inject(
    { watched, what, groups }: Calls['inject']['input'],
    onTravel: OnTravel,
    isCancelled: () => boolean,
  ): Promise<Seen> {
    const workspace = this.#watched(watched);
    const run = this.#run;
    if (!run) throw new Error(GONE);
    const at = this.#at;
    const place = run.injections.findIndex((other) => other.at > at);
    const injections = run.injections.toSpliced(place < 0 ? run.injections.length : place, 0, { at, ...what });
    if (what.kind !== 'swap') {
      workspace.inject(JSON.stringify(what));
      run.injections = injections;
    } else {
      // Each ruleset is compiled as the successor of the one before it: the whole chain follows from the description.
      const before = { ...run };
      try {
        this.#begin({ ...run, injections });
      } catch (error) {
        this.#begin(before);
        await this.#goTo(at, onTravel, isCancelled);
        throw error;
      }
      await this.#goTo(at, onTravel, isCancelled);
    }
    return this.#see(groups, true);
  }

  async retract(
    { watched, index, groups }: Calls['retract']['input'],
    onTravel: OnTravel,
    isCancelled: () => boolean,
  ): Promise<Seen> {
    const workspace = this.#watched(watched);
    const run = this.#run;
    if (!run) throw new Error(GONE);
    const at = this.#at;
    const injections = run.injections.toSpliced(index, 1);
    if (run.injections.some(({ kind }) => kind === 'swap')) {
      this.#begin({ ...run, injections });
    } else {
      workspace.retract(index);
      run.injections = injections;
    }
    await this.#goTo(at, onTravel, isCancelled);
    return this.#see(groups, true);
  }

  #begin(run: Watched): void {
    this.#run = null;
    const start = described(run, this.#opened);
    this.#workspace = this.#opened(run.files);
    this.#workspace.watch(start);
    this.#run = run;
  }

  #watched(watched: number): wasm.Workspace {
    if (!this.#workspace || this.#run?.watched !== watched) throw new Error(GONE);
    return this.#workspace;
  }

  async #goTo(at: number, onTravel: OnTravel, isCancelled: () => boolean): Promise<void> {
    await this.#reach({ kind: 'instant', at }, onTravel, isCancelled);
  }

  async #reach(goal: Goal, onTravel: OnTravel, isCancelled: () => boolean): Promise<Found | null> {
    const workspace = this.#workspace;
    if (!workspace) throw new Error(GONE);
    let found: Found | null = null;
    const work = (events: number): boolean => {
      if (goal.kind === 'instant') return JSON.parse(workspace.go_to(goal.at, events));
      const sought: Sought = JSON.parse(workspace.seek(JSON.stringify(goal.moment), events));
      if (sought.kind === 'found') found = sought;
      return sought.kind !== 'not-yet';
    };
    await inSlices(work, () => {
      onTravel({ at: JSON.parse(workspace.playhead()) });
      return isCancelled();
    });
    return found;
  }

  #see(groups: readonly number[], wantsPlan: boolean): Seen {
    const workspace = this.#workspace;
    if (!workspace) throw new Error(GONE);
    const view: Seen['view'] = JSON.parse(workspace.look(Uint16Array.from(groups)));
    const isOther = view.revision !== this.#revision;
    this.#at = view.at;
    this.#revision = view.revision;
    return { view, plan: wantsPlan || isOther ? JSON.parse(workspace.plan()) : null };
  }
}

const GONE = 'the floor is no longer there';
