/**
 * The floor's player: a playhead in a run that the engine keeps, and the view that belongs to it.
 *
 * The playhead of the page is the engine's own: while playing, each frame asks the engine for the floor a little later
 * and shows what it answers. So whatever is seen is exactly what has happened, and a pause is a pause.
 */
import { Engine, RefusedError, startWorker } from '../engine/client';
import { pool } from '../engine/pool';
import type { Goal, Injected, Injection, Run, Seen } from '../engine/protocol';
import type { FloorPlan } from '../generated/types/FloorPlan';
import type { FloorView } from '../generated/types/FloorView';
import type { Found } from '../generated/types/Found';
import type { Moment } from '../generated/types/Moment';
import type { Report } from '../generated/types/Report';
import { library } from '../modules/library';
import { Store } from '../workspace/store';
import { chosenGroups } from './lanes';

/** How much faster than life; `Infinity`: as fast as it goes. */
export const SPEEDS = [1, 10, 60, 300, 1200, 3600, Infinity] as const;
/** What a frame may cost the engine, so that the next one is not late. */
const BUDGET_MS = 11;
/** A frame that comes later than this, as after a look at another tab, is not made up for. */
const FRAME_MS_MAX = 100;
/** While playing, texts and figures follow so often; the picture follows every frame. */
const TELL_MS = 160;
/** After an injection, the rest of the day is calculated anew, but not for every one of several in a row. */
const FORECAST_DELAY_MS = 250;

export interface PlayerState {
  /** The run that is watched; `null` before the first. */
  run: Run | null;
  plan: FloorPlan | null;
  view: FloorView | null;
  playing: boolean;
  speed: number;
  /** Where a jump that takes its time has come to. */
  travelling: number | null;
  /** What the last jump to a moment has found: `null` nothing yet, `'nothing'` nothing until the end. */
  found: Found | 'nothing' | null;
  /** The groups that are shown. */
  groups: readonly number[];
  /** Whether the user has chosen them. */
  isChosen: boolean;
  injections: readonly Injection[];
  /** The whole day as it comes without injections, and with them. */
  plain: Report | null;
  forecast: Report | null;
  /** What the engine would not do, or what went wrong with it. */
  trouble: { kind: 'refused'; message: string } | { kind: 'fault'; message: string } | null;
}

/** Told of every view, also of those that the state leaves out. `jumped`: it does not follow from the one before. */
export type OnView = (view: FloorView, jumped: boolean) => void;

class Player extends Store<PlayerState> {
  readonly #engine = new Engine(startWorker, library.get);
  readonly #watchers = new Set<OnView>();
  /** Calls one after the other. */
  #line: Promise<unknown> = Promise.resolve();
  #watched = 0;
  #view: FloorView | null = null;
  #told_ms = 0;
  /** How long telling took last: on a floor of hundreds it is done less often. */
  #telling_ms = 0;
  #frame = 0;
  #asked_ms = 0;
  #isAsking = false;
  #travel: AbortController | null = null;
  #forecasting: AbortController | null = null;
  #forecastTimer: ReturnType<typeof setTimeout> | undefined;

  /** The last view, frame by frame. */
  get now(): FloorView | null {
    return this.#view;
  }

  onView(watcher: OnView): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Watches another run, from its beginning or from `at`. */
  async open(run: Run, at: number | null = null): Promise<void> {
    this.pause();
    this.#travel?.abort();
    this.#forecasting?.abort();
    const injections = run.injections ?? [];
    this.set({ run, injections, found: null, trouble: null, plain: null, forecast: null, isChosen: false });
    await this.#call(async () => {
      this.#watched += 1;
      const refused = await this.#watch(at).catch((error: unknown) => {
        if (error instanceof RefusedError && injections.length > 0) return error;
        throw error;
      });
      if (refused) {
        // What a link brought cannot be done to this day: it is shown as it comes, and why is told.
        this.set({ injections: [] });
        await this.#watch(at);
      }
      void this.#foretell();
      if (refused) throw refused;
    });
  }

  /** Forgets the run: the tenant is another. */
  close(): void {
    this.pause();
    this.#travel?.abort();
    this.#forecasting?.abort();
    this.#view = null;
    this.set({ run: null, plan: null, view: null, injections: [], plain: null, forecast: null, found: null, trouble: null });
  }

  play(): void {
    if (this.get().playing || !this.#view || this.#view.ended !== 'running') return;
    this.set({ playing: true, found: null });
    this.#asked_ms = performance.now();
    this.#frame = requestAnimationFrame(this.#tick);
  }

  pause(): void {
    if (!this.get().playing) return;
    cancelAnimationFrame(this.#frame);
    this.set({ playing: false, view: this.#view });
  }

  setSpeed(speed: number): void {
    this.set({ speed });
  }

  /** Moves the playhead; a journey that is under way ends where it is. */
  travel(goal: Goal): Promise<void> {
    this.pause();
    this.#travel?.abort();
    const abort = new AbortController();
    this.#travel = abort;
    return this.#call(async () => {
      if (abort.signal.aborted) return;
      const { found, ...seen } = await this.#engine.call(
        'travel',
        { watched: this.#watched, goal, groups: this.get().groups },
        { signal: abort.signal, onProgress: ({ at }) => this.set({ travelling: at }) },
      );
      // A single step is followed with the eyes, a jump is not.
      this.#see(seen, !(goal.kind === 'moment' && goal.moment === 'event'));
      const isSought = goal.kind === 'moment' && goal.moment !== 'event' && !abort.signal.aborted;
      this.set({ travelling: null, found: isSought ? (found ?? 'nothing') : null });
    });
  }

  goTo(at: number): Promise<void> {
    return this.travel({ kind: 'instant', at });
  }

  seek(moment: Moment): Promise<void> {
    return this.travel({ kind: 'moment', moment });
  }

  /** Stops a journey where it is. */
  stop(): void {
    this.#travel?.abort();
  }

  inject(what: Injected): Promise<void> {
    this.pause();
    return this.#call(async () => {
      const at = this.#view?.at ?? 0;
      const { groups, injections } = this.get();
      const seen = await this.#engine.call('inject', { watched: this.#watched, what, groups });
      const place = injections.findIndex((other) => other.at > at);
      this.#injected(injections.toSpliced(place < 0 ? injections.length : place, 0, { at, ...what }));
      this.#see(seen, what.kind === 'swap');
    });
  }

  retract(index: number): Promise<void> {
    this.pause();
    return this.#call(async () => {
      const { groups, injections } = this.get();
      const seen = await this.#engine.call('retract', { watched: this.#watched, index, groups });
      this.#injected(injections.toSpliced(index, 1));
      this.#see(seen, true);
    });
  }

  /** Shows these groups. */
  show(groups: readonly number[]): Promise<void> {
    this.set({ groups, isChosen: true });
    return this.#call(() => this.#lookNow());
  }

  #tick = (): void => {
    if (!this.get().playing) return;
    this.#frame = requestAnimationFrame(this.#tick);
    if (this.#isAsking || !this.#view) return;
    const now_ms = performance.now();
    const passed_ms = Math.min(now_ms - this.#asked_ms, FRAME_MS_MAX);
    this.#asked_ms = now_ms;
    const { speed, groups } = this.get();
    const to = speed === Infinity ? Number.MAX_SAFE_INTEGER : this.#view.at + passed_ms * speed;
    this.#isAsking = true;
    void this.#call(async () => {
      if (!this.get().playing) return;
      const input = { watched: this.#watched, to: Math.round(to), budget_ms: BUDGET_MS, groups };
      const seen = await this.#engine.call('play', input);
      this.#see(seen, false);
      if (seen.view.ended !== 'running') this.pause();
    }).finally(() => {
      this.#isAsking = false;
    });
  };

  async #watch(at: number | null): Promise<void> {
    const { run, injections, isChosen, groups } = this.get();
    if (!run) return;
    const input = { ...run, injections, watched: this.#watched, at, groups: isChosen ? groups : [] };
    const seen = await this.#engine.call('watch', input, { onProgress: ({ at }) => this.set({ travelling: at }) });
    this.set({ travelling: null });
    if (!isChosen && seen.plan) this.set({ groups: chosenGroups(seen.plan, null) });
    this.#see(seen, true);
    await this.#lookNow();
  }

  async #lookNow(): Promise<void> {
    const { groups } = this.get();
    const to = this.#view?.at ?? 0;
    this.#see(await this.#engine.call('play', { watched: this.#watched, to, budget_ms: 0, groups }), true);
  }

  /**
   * One call after the other. A worker that was lost is replaced, and watches the same run at the same place. What went
   * wrong is told until something goes well that was asked for.
   */
  #call(work: () => Promise<void>, { isAsked = true } = {}): Promise<void> {
    const turn = this.#line.then(async () => {
      try {
        await work();
        if (isAsked && this.get().trouble) this.set({ trouble: null });
      } catch (error) {
        this.pause();
        this.set({ travelling: null });
        if (error instanceof RefusedError) {
          const { refused } = error;
          this.set({ trouble: { kind: 'refused', message: 'message' in refused ? refused.message : refused.kind } });
          return;
        }
        this.set({ trouble: { kind: 'fault', message: error instanceof Error ? error.message : String(error) } });
        await this.#watch(this.#view?.at ?? null).catch(() => undefined);
      }
    });
    this.#line = turn;
    return turn;
  }

  #see({ view, plan }: Seen, jumped: boolean): void {
    this.#view = view;
    if (plan) this.set({ plan });
    for (const watcher of this.#watchers) watcher(view, jumped);
    const begun_ms = performance.now();
    if (this.get().playing && begun_ms - this.#told_ms < Math.max(TELL_MS, this.#telling_ms * 10)) return;
    this.set({ view });
    this.#told_ms = performance.now();
    this.#telling_ms = this.#told_ms - begun_ms;
  }

  #injected(injections: readonly Injection[]): void {
    this.set({ injections });
    clearTimeout(this.#forecastTimer);
    this.#forecastTimer = setTimeout(() => void this.#foretell(), FORECAST_DELAY_MS);
  }

  /** Runs the whole day beside, for the strip of the time bar. */
  async #foretell(): Promise<void> {
    const { run, injections, plain } = this.get();
    if (!run) return;
    this.#forecasting?.abort();
    const abort = new AbortController();
    this.#forecasting = abort;
    const jobs: Run[] = [];
    if (!plain) jobs.push({ files: run.files, start: run.start });
    if (injections.length > 0) jobs.push({ files: run.files, start: run.start, injections });
    const outcomes = await pool.run('simulate', jobs, { signal: abort.signal });
    if (abort.signal.aborted) return;
    const reports = outcomes.map((outcome) => (outcome.kind === 'answer' ? outcome.answer : null));
    const calm = plain ?? reports[0] ?? null;
    this.set({ plain: calm, forecast: injections.length > 0 ? (reports.at(-1) ?? null) : null });
    const { plan, isChosen, groups } = this.get();
    if (!plan || !calm || isChosen) return;
    const chosen = chosenGroups(plan, calm);
    if (String(chosen) === String(groups)) return;
    this.set({ groups: chosen });
    await this.#call(() => this.#lookNow(), { isAsked: false });
  }
}

export const player = new Player({
  run: null,
  plan: null,
  view: null,
  playing: false,
  speed: 60,
  travelling: null,
  found: null,
  groups: [],
  isChosen: false,
  injections: [],
  plain: null,
  forecast: null,
  trouble: null,
});
