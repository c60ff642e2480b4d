/**
 * What the page and the engine's worker say to each other. This file is the whole contract: a new call is one
 * line in `Calls` and one in the worker's table, and the compiler finds every place that must follow.
 *
 * A call that concerns a tenant carries the whole folder. The worker keeps the last one and compiles only when a
 * file has changed, so a worker may be ended and replaced at any time: nothing lives in it that the page lacks. Only
 * modules are told apart from the folder, once to each worker, since they are large and seldom change.
 */
import type { About } from '../generated/types/About';
import type { AnalysisTold } from '../generated/types/AnalysisTold';
import type { Blame } from '../generated/types/Blame';
import type { BlameQuestion } from '../generated/types/BlameQuestion';
import type { Checked } from '../generated/types/Checked';
import type { ComparisonTold } from '../generated/types/ComparisonTold';
import type { DecisionId } from '../generated/types/DecisionId';
import type { Edit } from '../generated/types/Edit';
import type { Explanation } from '../generated/types/Explanation';
import type { FloorPlan } from '../generated/types/FloorPlan';
import type { FloorView } from '../generated/types/FloorView';
import type { Found } from '../generated/types/Found';
import type { Goal as LifeGoal } from '../generated/types/Goal';
import type { KeepTold } from '../generated/types/KeepTold';
import type { Life } from '../generated/types/Life';
import type { LitRule } from '../generated/types/LitRule';
import type { ModuleLine } from '../generated/types/ModuleLine';
import type { Moment } from '../generated/types/Moment';
import type { PlannedWhat } from '../generated/types/PlannedWhat';
import type { Pair } from '../generated/types/Pair';
import type { PairTold } from '../generated/types/PairTold';
import type { Progress } from '../generated/types/Progress';
import type { Reference } from '../generated/types/Reference';
import type { RecordingTold } from '../generated/types/RecordingTold';
import type { Refused } from '../generated/types/Refused';
import type { ReplayTold } from '../generated/types/ReplayTold';
import type { Report } from '../generated/types/Report';
import type { SeedDemand } from '../generated/types/SeedDemand';
import type { StaffingCell } from '../generated/types/StaffingCell';
import type { StaffingHour } from '../generated/types/StaffingHour';
import type { StaffingQuestion } from '../generated/types/StaffingQuestion';
import type { StaffingTold } from '../generated/types/StaffingTold';
import type { TestLine } from '../generated/types/TestLine';
import type { IntentTexts } from '../generated/types/IntentTexts';
import type { RecordedTold } from '../generated/types/RecordedTold';
import type { Trial } from '../generated/types/Trial';
import type { TrialDay } from '../generated/types/TrialDay';
import type { TrialStart } from '../generated/types/TrialStart';
import type { Version } from '../generated/types/Version';
import type { WhatIf } from '../generated/types/WhatIf';
import type { Why } from '../generated/types/Why';
import type { Visit } from '../generated/types/Visit';

/** A tenant folder: path to text; of a module (`.wasm`), path to the hash of its bytes. */
export type Files = Readonly<Record<string, string>>;

/** A module as the worker is given it. */
export interface Module {
  /** What `Files` names it by. */
  hash: string;
  wasm: Uint8Array;
  /** What a host has compiled it to, for this engine. */
  artefact: Uint8Array | null;
}

export function isModule(path: string): boolean {
  return path.endsWith('.wasm');
}

/** The folders that a call carries. */
export function foldersOf(input: object | null): Files[] {
  const { files, live, injections = [], what } = (input ?? {}) as Partial<Run & Versus> & { what?: Injected };
  const swaps = [...injections, ...(what ? [what] : [])].flatMap((one) => (one.kind === 'swap' ? [one.files] : []));
  return [...(files ? [files] : []), ...(live ? [live] : []), ...swaps];
}

/** The hashes of the modules in a folder. */
export function modulesOf(files: Files): string[] {
  return Object.entries(files).flatMap(([path, hash]) => (isModule(path) ? [hash] : []));
}

/** What can be done to a run. A swap carries the whole folder that goes live. */
export type Injected = Exclude<PlannedWhat, { kind: 'swap' }> | { kind: 'swap'; files: Files };

/** How many more conversations an hour a surge may bring. */
export const SURGE_PER_HOUR_MAX = 100_000;
/** How long it may last. */
export const SURGE_MINUTES_MAX = 24 * 60;

/** An injection with its instant. */
export type Injection = { at: number } & Injected;

/** All that a run depends on. The same description gives the same events. */
export interface Run {
  files: Files;
  start: { scenario: string; seed: number };
  /** In order of time. */
  injections?: readonly Injection[];
}

/** One seed under two folders: what is live, and the candidate. The scenario is the candidate's. */
export interface Versus {
  files: Files;
  live: Files;
  start: { scenario: string; seed: number };
}

/** A recording as a file: read by a worker the first time that it is given it, and known by its number from then on. */
export interface RecordedFile {
  id: number;
  file: Blob;
}

/** A recorded period under a folder. The seed is the luck of what has to be supposed. */
export interface Replayed {
  files: Files;
  recording: RecordedFile;
  seed: number;
}

/** Pairs of one question, in order of their seeds, and the reports of one of them. */
export interface Pairs {
  pairs: readonly Pair[];
  live: Report;
  candidate: Report;
}

/** A CSV file of recorded arrivals, and the tenant it is about. */
export interface ArrivalsFile {
  files: Files;
  csv: Uint8Array;
}

/** Where the playhead is to go. */
export type Goal = { kind: 'instant'; at: number } | { kind: 'moment'; moment: Moment };

/** What is seen of a run that is watched. The plan comes where it may have changed. */
export interface Seen {
  view: FloorView;
  plan: FloorPlan | null;
}

/** Every call: its name, what goes in, what comes back, and what is told on the way. */
export interface Calls {
  version: { input: null; answer: Version; progress: never };
  reference: { input: null; answer: Reference; progress: never };
  /** The hash of a module's bytes. */
  hash: { input: { wasm: Uint8Array }; answer: string; progress: never };
  /** Has the worker know a module; sent by itself before the first call that needs it. */
  module: { input: Module; answer: ModuleLine | null; progress: never };
  check: { input: { files: Files }; answer: Checked; progress: never };
  /** What is wrong with the ruleset before a visitor feels it. */
  analyse: { input: { files: Files }; answer: AnalysisTold; progress: never };
  test: { input: { files: Files }; answer: TestLine[]; progress: never };
  explain: { input: { files: Files; visit: Visit }; answer: Explanation; progress: never };
  /** Tells its progress from the moment it begins. Cancelled, it still answers: with what there is so far. */
  simulate: { input: Run; answer: Report; progress: Progress };
  /**
   * Begins to watch a run, with the playhead at `at`, or at its beginning. The worker keeps it under `watched` until it
   * watches another; the page keeps the description, and asks anew should the worker be replaced.
   */
  watch: { input: Run & { watched: number; at: number | null; groups: readonly number[] }; answer: Seen; progress: Travel };
  /** Moves the playhead on towards `to`, for about `budget_ms` at most. */
  play: { input: { watched: number; to: number; budget_ms: number; groups: readonly number[] }; answer: Seen; progress: never };
  /** Moves the playhead to a goal. Cancelled, it stays where it has come to. `found` is the moment that was sought. */
  travel: {
    input: { watched: number; goal: Goal; groups: readonly number[] };
    answer: Seen & { found: Found | null };
    progress: Travel;
  };
  /** Does something to the run at the playhead. */
  inject: { input: { watched: number; what: Injected; groups: readonly number[] }; answer: Seen; progress: Travel };
  /** Takes an injection back, by its place in the list; the playhead comes back to where it was. */
  retract: { input: { watched: number; index: number; groups: readonly number[] }; answer: Seen; progress: Travel };
  /**
   * Follows a conversation through a run. The worker keeps what it saw under `life` until it follows another; the calls
   * below ask about it.
   */
  life: { input: Run & { life: number; conversation: number }; answer: Life; progress: Travel };
  /** Where every agent stood, or those whose name has `search` in it. */
  why: { input: { life: number; decision: DecisionId; search: string }; answer: Why | null; progress: never };
  /** The changes under which it would have gone otherwise. */
  whatIf: { input: { life: number; decision: DecisionId; goal: LifeGoal }; answer: WhatIf | null; progress: never };
  /** What the rules looked at. */
  lit: { input: { life: number; decision: DecisionId }; answer: LitRule[] | null; progress: never };
  /** A rule test out of which the same decision comes. */
  keep: { input: { life: number; decision: DecisionId; name: string }; answer: KeepTold; progress: never };
  /** Runs both; cancelled, it still answers. */
  pair: { input: Versus; answer: PairTold; progress: Progress };
  /** Reads a recording and tells what it is. */
  recording: { input: { recording: RecordedFile }; answer: RecordingTold; progress: { share: number } };
  /** The text of a scenario fitted to a recording, for the folder's tenant. */
  recordedScenario: { input: { files: Files; recording: RecordedFile; name: string }; answer: string; progress: Share };
  /** Holds a recording against its own rules, then decides it again; cancelled, it still answers. */
  replay: { input: Replayed; answer: ReplayTold; progress: Progress };
  /** Counts how many conversations are sent to each group in each hour. */
  demand: { input: Run; answer: SeedDemand; progress: Progress };
  /** Every group's every hour, with what is asked of it in the mean of these seeds. */
  staffingHours: { input: { files: Files; scenario: string; demands: readonly SeedDemand[] }; answer: StaffingHour[]; progress: never };
  /** How many agents one hour needs. It cannot be cancelled half-way. */
  staff: { input: { files: Files; question: StaffingQuestion }; answer: StaffingCell; progress: Share };
  /** Which change is to blame for `files` answering worse than `live`. It cannot be cancelled half-way. */
  blame: { input: { files: Files; live: Files; question: BlameQuestion }; answer: Blame; progress: Share };
  /** Puts pairs together. */
  comparison: { input: Pairs; answer: ComparisonTold; progress: never };
  /** A report as one HTML file. */
  reportHtml: { input: { report: Report; about: About }; answer: string; progress: never };
  /** What was found on staffing as one HTML file. */
  staffingHtml: { input: { staffing: StaffingTold; about: About }; answer: string; progress: never };
  /** A comparison as one HTML file. */
  comparisonHtml: { input: { pairs: Pairs; about: About }; answer: string; progress: never };
  /** Recorded arrivals, a CSV file, fitted on the clocks of the folder's tenant. */
  recorded: { input: ArrivalsFile; answer: RecordedTold; progress: never };
  /** The text of a scenario with the fitted arrivals; `targets` gives the tenant's channel for each of the file's. */
  fittedText: { input: ArrivalsFile & { text: string; targets: Readonly<Record<string, string>> }; answer: string; progress: never };
  /** A day of the trial of a fit. It is too short to be cancelled. */
  trialDay: { input: ArrivalsFile & { start: TrialStart }; answer: TrialDay; progress: { share: number } };
  /** Puts the days of a trial together. */
  trial: { input: { days: readonly TrialDay[] }; answer: Trial; progress: never };
  /** Messages with their intents, a CSV file. */
  messages: { input: { csv: Uint8Array }; answer: IntentTexts[]; progress: never };
  /** The text of a scenario with the intents of such a file. */
  messagesText: { input: { csv: Uint8Array; text: string }; answer: string; progress: never };
  /** The text of a scenario with changes; comments and everything else stay. */
  edit: { input: { text: string; edits: readonly Edit[] }; answer: string; progress: never };
}

/** How much of something is done: 0 to 1. */
export interface Share {
  share: number;
}

/** How far the playhead has come. */
export interface Travel {
  at: number;
}

export type CallName = keyof Calls;

/** Page to worker. `id` ties the replies to it; `cancel` names the call it ends. */
export type Request = CallRequest | { id: number; name: 'cancel' };

export type CallRequest = {
  [Name in CallName]: { id: number; name: Name; input: Calls[Name]['input'] };
}[CallName];

/**
 * Worker to page: any number of `progress`, then one of the others. `refused` is an answer of the engine: what was
 * asked cannot be done. A `fault` is not: it is `fatal` when the engine stopped in the middle of its work (a trap),
 * so that its memory can no longer be trusted and the page starts a new worker.
 */
export type Reply =
  | { id: number; kind: 'progress'; progress: Calls[CallName]['progress'] }
  | { id: number; kind: 'answer'; answer: Calls[CallName]['answer'] }
  | { id: number; kind: 'refused'; refused: Refused }
  | { id: number; kind: 'fault'; message: string; fatal: boolean };
