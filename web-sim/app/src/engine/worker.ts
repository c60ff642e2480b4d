/** The engine's home in the browser: a worker, so that the page never waits for it. */
import init, * as wasm from '../generated/wasm/pointsman';
import { isModule, type CallName, type CallRequest, type Calls, type Files, type Module, type Reply, type Request } from './protocol';
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
let workspace: wasm.Workspace | null = null;
let files: Files = {};
/** The bytes of modules, by hash. */
const modules = new Map<string, Uint8Array>();
/** For a module that the page no longer has: the engine says that it cannot run. */
const NOTHING = new Uint8Array();

/** The workspace with this folder in it. */
function opened(next: Files): wasm.Workspace {
  workspace ??= new wasm.Workspace();
  for (const path of Object.keys(files)) if (!(path in next)) workspace.remove_file(path);
  for (const [path, text] of Object.entries(next)) {
    if (files[path] === text) continue;
    if (isModule(path)) workspace.set_module(path, modules.get(text) ?? NOTHING);
    else workspace.set_file(path, text);
  }
  files = next;
  return workspace;
}

function know({ hash, wasm: bytes, artefact }: Module): Calls['module']['answer'] {
  workspace ??= new wasm.Workspace();
  if (!modules.has(hash)) {
    modules.set(hash, bytes);
    for (const [path, text] of Object.entries(files)) if (isModule(path) && text === hash) workspace.set_module(path, bytes);
  }
  return artefact && JSON.parse(workspace.add_artefact(artefact));
}

const floor = new WatchedFloor(opened);

const table: Table = {
  version: () => JSON.parse(wasm.version()),
  reference: () => JSON.parse(wasm.reference()),
  hash: ({ wasm: bytes }) => wasm.module_hash(bytes),
  module: know,
  check: ({ files }) => JSON.parse(opened(files).check()),
  test: ({ files }) => JSON.parse(opened(files).test()),
  explain: ({ files, visit }) => JSON.parse(opened(files).explain(JSON.stringify(visit))),
  simulate: async (run, { progress, isCancelled }) => {
    const start = described(run, opened);
    const workspace = opened(run.files);
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
  watch: (input, { progress, isCancelled }) => floor.watch(input, progress, isCancelled),
  play: (input) => floor.play(input),
  travel: (input, { progress, isCancelled }) => floor.travel(input, progress, isCancelled),
  inject: (input, { progress, isCancelled }) => floor.inject(input, progress, isCancelled),
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
