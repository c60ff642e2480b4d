/** The engine's home in the browser: a worker, so that the page never waits for it. */
import init, * as engine from '../generated/wasm/pointsman';
import type { CallName, Calls, Reply, Request } from './protocol';

type Table = { [Name in CallName]: (input: Calls[Name]['input']) => Calls[Name]['answer'] };

const table: Table = {
  version: () => JSON.parse(engine.version()),
};

function call<Name extends CallName>(name: Name, input: Calls[Name]['input']): Calls[Name]['answer'] {
  return table[name](input);
}

const ready = init();

self.onmessage = async ({ data }: MessageEvent<Request>) => {
  let reply: Reply;
  try {
    await ready;
    reply = { id: data.id, kind: 'answer', answer: call(data.name, data.input) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    reply = { id: data.id, kind: 'fault', message, fatal: error instanceof WebAssembly.RuntimeError };
  }
  self.postMessage(reply);
};
