/** The engine's home in the browser: a worker, so that the page never waits for it. */
import init, * as wasm from '../generated/wasm/pointsman';
import type { BlameProgress } from '../generated/types/BlameProgress';
import { isModule, type CallName, type CallRequest, type ArrivalsFile, type Calls, type Files, type Module, type Reply, type Request } from './protocol';
import { OpenRecording } from './recordings';
import { Lives } from './lives';
import { described, inSlices, WatchedFloor } from './watched-floor';

interface Context<Name extends CallName> {
  progress: (progress: Calls[Name]['progress']) => void;
  isCancelled: () => boolean;
}

type Table = {
  [Name in CallName]: (
    input: Calls[Name]['input'],
    context: Context<Name>,
  ) => Calls[Name]['answer'] | Promise<Calls[Name]['answer']>;
};

const ready = init();
const cancelled = new Set<number>();
/** The bytes of modules, by hash. */
const modules = new Map<string, Uint8Array>();
/** What hosts have compiled them to. */
const artefacts: Uint8Array[] = [];
/** For a module that the page no longer has: the engine says that it cannot run. */
const NOTHING = new Uint8Array();

/** A workspace of the engine, with the folder that was opened in it last. */
class Bench {
  workspace: wasm.Workspace | null = null;
  #files: Files = {};

  /** The workspace with this folder in it. */
  open = (next: Files): wasm.Workspace => {
    const workspace = this.begin();
    for (const path of Object.keys(this.#files)) if (!(path in next)) workspace.remove_file(path);
    for (const [path, text] of Object.entries(next)) {
      if (this.#files[path] === text) continue;
      if (isModule(path)) workspace.set_module(path, modules.get(text) ?? NOTHING);
      else workspace.set_file(path, text);
    }
    this.#files = next;
    return workspace;
  };

  /** Takes a module that folders may name. */
  know(hash: string, bytes: Uint8Array): void {
    for (const [path, text] of Object.entries(this.#files)) {
      if (isModule(path) && text === hash) this.workspace?.set_module(path, bytes);
    }
  }

  begin(): wasm.Workspace {
    if (this.workspace) return this.workspace;
    this.workspace = new wasm.Workspace();
    for (const artefact of artefacts) this.workspace.add_artefact(artefact);
    return this.workspace;
  }
}

const own = new Bench();
/** Begun with the first comparison. */
const other = new Bench();

function know({ hash, wasm: bytes, artefact }: Module): Calls['module']['answer'] {
  if (!modules.has(hash)) {
    modules.set(hash, bytes);
    own.know(hash, bytes);
    other.know(hash, bytes);
  }
  if (!artefact) return null;
  const line: Calls['module']['answer'] = JSON.parse(own.begin().add_artefact(artefact));
  other.workspace?.add_artefact(artefact);
  artefacts.push(artefact);
  return line;
}

const floor = new WatchedFloor(own.open);
const opened = new OpenRecording();
/** The part of a replay that reading its recording takes. */
const READING = 0.1;
const lives = new Lives(own.open);

/** The file of recorded arrivals that was fitted last. Many days of one file are simulated one after the other. */
let fitted: { key: string; recorded: wasm.Recorded } | null = null;

function recordedOf({ files, csv }: ArrivalsFile): { recorded: wasm.Recorded; workspace: wasm.Workspace } {
  const workspace = own.open(files);
  // The tenant's settings say how the file's times are meant.
  const key = `${wasm.module_hash(csv)} ${files['tenant.toml'] ?? ''}`;
  if (fitted?.key !== key) {
    const recorded = new wasm.Recorded(workspace, csv);
    fitted?.recorded.free();
    fitted = { key, recorded };
  }
  return { recorded: fitted.recorded, workspace };
}

const table: Table = {
  version: () => JSON.parse(wasm.version()),
  reference: () => JSON.parse(wasm.reference()),
  hash: ({ wasm: bytes }) => wasm.module_hash(bytes),
  module: know,
  check: ({ files }) => JSON.parse(own.open(files).check()),
  analyse: ({ files }) => JSON.parse(own.open(files).analyse()),
  test: ({ files }) => JSON.parse(own.open(files).test()),
  explain: ({ files, visit }) => JSON.parse(own.open(files).explain(JSON.stringify(visit))),
  simulate: async (run, { progress, isCancelled }) => {
    const start = described(run, own.open);
    const workspace = own.open(run.files);
    workspace.start(start);
    progress(JSON.parse(workspace.run_for(0)));
    await inSlices((events) => {
      const now: Calls['simulate']['progress'] = JSON.parse(workspace.run_for(events));
      progress(now);
      return now.ended !== 'running';
    }, () => {
      if (isCancelled()) workspace.cancel();
      return false;
    });
    return JSON.parse(workspace.report());
  },
  pair: async ({ files, live, start }, { progress, isCancelled }) => {
    const run = new wasm.PairRun(other.open(live), own.open(files), JSON.stringify(start));
    try {
      await inSlices((events) => {
        const now: Calls['pair']['progress'] = JSON.parse(run.run_for(events));
        progress(now);
        return now.ended !== 'running';
      }, () => {
        if (isCancelled()) run.cancel();
        return false;
      });
      return JSON.parse(run.told());
    } finally {
      run.free();
    }
  },
  recording: async ({ recording }, { progress, isCancelled }) =>
    JSON.parse((await opened.open(recording, (share) => progress({ share }), isCancelled)).told()),
  recordedScenario: async ({ files, recording, name }, { progress, isCancelled }) => {
    const open = await opened.open(recording, (share) => progress({ share }), isCancelled);
    return JSON.parse(open.scenario(own.open(files), name));
  },
  replay: async ({ files, recording, seed }, { progress, isCancelled }) => {
    const nothing = { conversations: 0, events: 0, at: 0, ended: 'running' as const };
    const open = await opened.open(recording, (share) => progress({ ...nothing, share: READING * share }), isCancelled);
    const run = new wasm.Replay(open, own.open(files), seed);
    try {
      await inSlices((events) => {
        const now: Calls['replay']['progress'] = JSON.parse(run.run_for(events));
        progress({ ...now, share: READING + (1 - READING) * now.share });
        return now.ended !== 'running';
      }, () => {
        if (isCancelled()) run.cancel();
        return false;
      });
      return JSON.parse(run.told());
    } finally {
      run.free();
    }
  },
  demand: async ({ files, start }, { progress, isCancelled }) => {
    const run = new wasm.DemandRun(own.open(files), JSON.stringify(start));
    try {
      await inSlices((events) => {
        const now: Calls['demand']['progress'] = JSON.parse(run.run_for(events));
        progress(now);
        return now.ended !== 'running';
      }, isCancelled);
      return JSON.parse(run.told());
    } finally {
      run.free();
    }
  },
  staffingHours: ({ files, ...demands }) => JSON.parse(own.open(files).staffing_hours(JSON.stringify(demands))),
  staff: ({ files, question }, { progress }) => {
    progress({ share: 0 });
    return JSON.parse(own.open(files).staff(JSON.stringify(question)));
  },
  blame: ({ files, live, question }, { progress }) => {
    progress({ share: 0 });
    const watch = (told: string) => {
      const { runs, runs_likely }: BlameProgress = JSON.parse(told);
      progress({ share: runs / Math.max(runs_likely, runs + 1) });
    };
    return JSON.parse(wasm.blame(other.open(live), own.open(files), JSON.stringify(question), watch));
  },
  comparison: (pairs) => JSON.parse(wasm.comparison(JSON.stringify(pairs))),
  reportHtml: ({ report, about }) => wasm.report_html(JSON.stringify(report), JSON.stringify(about)),
  staffingHtml: ({ staffing, about }) => wasm.staffing_html(JSON.stringify(staffing), JSON.stringify(about)),
  comparisonHtml: ({ pairs, about }) => wasm.comparison_html(JSON.stringify(pairs), JSON.stringify(about)),
  recorded: (file) => JSON.parse(recordedOf(file).recorded.told()),
  fittedText: ({ text, targets, ...file }) => JSON.parse(recordedOf(file).recorded.written(text, JSON.stringify(targets))),
  trialDay: ({ start, ...file }, { progress }) => {
    progress({ share: 0 });
    const { recorded, workspace } = recordedOf(file);
    return JSON.parse(recorded.day(workspace, JSON.stringify(start)));
  },
  trial: ({ days }) => JSON.parse(wasm.trial(JSON.stringify(days))),
  messages: ({ csv }) => JSON.parse(wasm.messages(csv)),
  messagesText: ({ csv, text }) => JSON.parse(wasm.with_messages(text, csv)),
  edit: ({ text, edits }) => JSON.parse(wasm.edit_scenario(text, JSON.stringify(edits))),
  watch: (input, { progress, isCancelled }) => floor.watch(input, progress, isCancelled),
  play: (input) => floor.play(input),
  travel: (input, { progress, isCancelled }) => floor.travel(input, progress, isCancelled),
  inject: (input, { progress, isCancelled }) => floor.inject(input, progress, isCancelled),
  life: (input, { progress, isCancelled }) => lives.follow(input, progress, isCancelled),
  why: (input) => lives.why(input),
  whatIf: (input) => lives.whatIf(input),
  lit: (input) => lives.lit(input),
  keep: (input) => lives.keep(input),
  retract: (input, { progress, isCancelled }) => floor.retract(input, progress, isCancelled),
};

async function carryOut<Name extends CallName>({ id, name, input }: CallRequest & { name: Name }): Promise<Reply> {
  const context: Context<Name> = {
    progress: (progress) => self.postMessage({ id, kind: 'progress', progress } satisfies Reply),
    isCancelled: () => cancelled.has(id),
  };
  try {
    await ready;
    return { id, kind: 'answer', answer: await table[name](input as Calls[Name]['input'], context) };
  } catch (error) {
    // The engine throws text: its refusal in JSON.
    if (typeof error === 'string') return { id, kind: 'refused', refused: JSON.parse(error) };
    const message = error instanceof Error ? error.message : String(error);
    return { id, kind: 'fault', message, fatal: error instanceof WebAssembly.RuntimeError };
  } finally {
    cancelled.delete(id);
  }
}

self.onmessage = async ({ data }: MessageEvent<Request>) => {
  if (data.name === 'cancel') cancelled.add(data.id);
  else self.postMessage(await carryOut(data));
};
