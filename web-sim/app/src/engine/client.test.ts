import { afterEach, describe, expect, it, vi } from 'vitest';
import { Engine, RefusedError, type Port } from './client';
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

afterEach(() => vi.useRealTimers());

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

  it('tells a refusal apart from a fault', async () => {
    const { engine, port, id } = setUp();
    const call = engine.call('explain', { files: {}, visit: {} as never });
    port(0).reply({ id: id(port(0), 0), kind: 'refused', refused: { kind: 'has-errors', count: 3 } });
    const error = await call.catch((error: unknown) => error);
    expect(error).toBeInstanceOf(RefusedError);
    expect((error as RefusedError).refused).toEqual({ kind: 'has-errors', count: 3 });
    expect(port(0).terminated).toBe(false);
  });

  it('passes progress on until the answer comes', async () => {
    const { engine, port, id } = setUp();
    const shares: number[] = [];
    const input = { files: {}, start: { scenario: 'weekday', seed: 7 } };
    const call = engine.call('simulate', input, { onProgress: ({ share }) => shares.push(share) });
    for (const share of [0.25, 0.5]) {
      port(0).reply({ id: id(port(0), 0), kind: 'progress', progress: { share } as never });
    }
    port(0).reply({ id: id(port(0), 0), kind: 'answer', answer: { engine: 'done' } });
    await call;
    expect(shares).toEqual([0.25, 0.5]);
  });

  it('asks the worker to cancel, and takes the answer that it gives then', async () => {
    const { engine, port, id } = setUp();
    const abort = new AbortController();
    const call = engine.call('version', null, { signal: abort.signal });
    abort.abort();
    expect(port(0).requests[1]).toEqual({ id: id(port(0), 0), name: 'cancel' });
    port(0).reply({ id: id(port(0), 0), kind: 'answer', answer: { engine: 'so far' } });
    expect(await call).toEqual({ engine: 'so far' });
    expect(port(0).terminated).toBe(false);
  });

  it('ends a worker that does not obey a cancel', async () => {
    vi.useFakeTimers();
    const { engine, port } = setUp();
    const abort = new AbortController();
    const call = engine.call('version', null, { signal: abort.signal });
    const failed = expect(call).rejects.toThrow('did not answer');
    abort.abort();
    vi.advanceTimersByTime(5_000);
    await failed;
    expect(port(0).terminated).toBe(true);
  });
});
