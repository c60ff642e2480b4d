import { describe, expect, it } from 'vitest';
import { Engine, type Port } from './client';
import type { Reply, Request } from './protocol';

/** A worker that answers only when the test says so. */
class FakePort implements Port {
  readonly requests: Request[] = [];
  terminated = false;
  onmessage: Port['onmessage'] = null;
  onerror: Port['onerror'] = null;
  postMessage(request: Request) {
    this.requests.push(request);
  }
  terminate() {
    this.terminated = true;
  }
  reply(reply: Reply) {
    this.onmessage?.({ data: reply } as MessageEvent<Reply>);
  }
}

function setUp() {
  const ports: FakePort[] = [];
  const engine = new Engine(() => {
    const port = new FakePort();
    ports.push(port);
    return port;
  });
  const port = (index: number): FakePort => {
    const found = ports[index];
    if (!found) throw new Error(`worker ${index} was never started`);
    return found;
  };
  const id = (of: FakePort, index: number): number => of.requests[index]?.id ?? -1;
  return { engine, ports, port, id };
}

describe('Engine', () => {
  it('gives each overlapping call its own answer, in whatever order they come', async () => {
    const { engine, port, id } = setUp();
    const first = engine.call('version', null);
    const second = engine.call('version', null);
    port(0).reply({ id: id(port(0), 1), kind: 'answer', answer: { engine: 'second' } });
    port(0).reply({ id: id(port(0), 0), kind: 'answer', answer: { engine: 'first' } });
    expect(await first).toEqual({ engine: 'first' });
    expect(await second).toEqual({ engine: 'second' });
  });

  it('keeps the worker after an ordinary fault', async () => {
    const { engine, ports, port, id } = setUp();
    const failing = engine.call('version', null);
    port(0).reply({ id: id(port(0), 0), kind: 'fault', message: 'unknown group `a`', fatal: false });
    await expect(failing).rejects.toThrow('unknown group `a`');
    void engine.call('version', null);
    expect(ports).toHaveLength(1);
  });

  it('rejects every open call when the engine traps, and starts a new worker for the next', async () => {
    const { engine, ports, port, id } = setUp();
    const trapping = engine.call('version', null);
    const waiting = engine.call('version', null);
    port(0).reply({ id: id(port(0), 0), kind: 'fault', message: 'unreachable', fatal: true });
    await expect(trapping).rejects.toThrow('unreachable');
    await expect(waiting).rejects.toThrow('unreachable');
    expect(port(0).terminated).toBe(true);

    const next = engine.call('version', null);
    expect(ports).toHaveLength(2);
    port(1).reply({ id: id(port(1), 0), kind: 'answer', answer: { engine: 'new' } });
    expect(await next).toEqual({ engine: 'new' });
  });

  it('rejects open calls when the worker cannot be loaded', async () => {
    const { engine, port } = setUp();
    const call = engine.call('version', null);
    port(0).onerror?.({ message: '' } as ErrorEvent);
    await expect(call).rejects.toThrow('the engine did not start');
  });
});
