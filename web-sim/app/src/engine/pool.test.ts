import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Port } from './client';
import { Pool, type BatchProgress, type Job, type Outcome } from './pool';
import type { Reply, Request } from './protocol';

/** A worker that answers only when the test says so. */
class FakeWorker implements Port {
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
  /** The seeds of the runs that it was given, in order. */
  get seeds(): number[] {
    return this.requests.flatMap((request) => (request.name === 'simulate' ? [request.input.start.seed] : []));
  }
  get #id(): number {
    return this.requests.findLast((request) => request.name === 'simulate')?.id ?? -1;
  }
  progress(share: number) {
    this.#say({ id: this.#id, kind: 'progress', progress: { share } as never });
  }
  done(digest: string) {
    this.#say({ id: this.#id, kind: 'answer', answer: { digest } as never });
  }
  fail(message: string, fatal: boolean) {
    this.#say({ id: this.#id, kind: 'fault', message, fatal });
  }
  #say(reply: Reply) {
    if (!this.terminated) this.onmessage?.({ data: reply } as MessageEvent<Reply>);
  }
}

function setUp(size: number, silence_ms_max = 10_000) {
  const workers: FakeWorker[] = [];
  const startWorker = () => {
    const worker = new FakeWorker();
    workers.push(worker);
    return worker;
  };
  const worker = (index: number): FakeWorker => {
    const found = workers[index];
    if (!found) throw new Error(`worker ${index} was never started`);
    return found;
  };
  return { pool: new Pool({ startWorker, size, silence_ms_max }), workers, worker };
}

const jobs = (many: number): Job[] =>
  Array.from({ length: many }, (_, seed) => ({ files: {}, start: { scenario: 'weekday', seed } }));
const told = (outcomes: Outcome[]) =>
  outcomes.map((outcome) => (outcome.kind === 'answer' ? outcome.answer.digest : outcome.kind));
/** Lets promises that are settled go on. */
const turn = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('Pool', () => {
  it('keeps every worker busy, starts no more than its size, and answers in the order of the jobs', async () => {
    const { pool, workers, worker } = setUp(2);
    const outcomes = pool.run('simulate', jobs(3));
    expect(workers.map(({ seeds }) => seeds)).toEqual([[0], [1]]);
    worker(1).done('one');
    await turn();
    expect(worker(1).seeds).toEqual([1, 2]);
    worker(1).done('two');
    await turn();
    worker(0).done('nought');
    expect(told(await outcomes)).toEqual(['nought', 'one', 'two']);
    expect(workers).toHaveLength(2);
  });

  it('goes on with the others when one run breaks its worker', async () => {
    const { pool, workers, worker } = setUp(1);
    const outcomes = pool.run('simulate', jobs(2));
    worker(0).fail('unreachable', true);
    await turn();
    expect(worker(0).terminated).toBe(true);
    expect(worker(1).seeds).toEqual([1]);
    worker(1).done('one');
    expect(told(await outcomes)).toEqual(['failed', 'one']);
    expect(workers).toHaveLength(2);
  });

  it('ends a worker that hangs, and no other', async () => {
    const { pool, workers, worker } = setUp(8, 5_000);
    const heard: string[] = [];
    const outcomes = pool.run('simulate', jobs(8), {
      onOutcome: (index, outcome) => heard.push(`${index} ${outcome.kind}`),
    });
    for (let second = 0; second < 5; second += 1) {
      await vi.advanceTimersByTimeAsync(900);
      workers.forEach((one, index) => index !== 3 && one.progress(second / 5));
    }
    await vi.advanceTimersByTimeAsync(1_000);
    expect(workers.map(({ terminated }) => terminated)).toEqual(workers.map((_, index) => index === 3));
    expect(heard).toEqual(['3 failed']);
    workers.forEach((one, index) => index !== 3 && one.done(`run ${index}`));
    const all = await outcomes;
    expect(told(all).filter((digest) => digest.startsWith('run'))).toHaveLength(7);
    expect(all[3]).toEqual({ kind: 'failed', message: 'the engine did not answer and was stopped' });
    // The next run gets a worker that works.
    void pool.run('simulate', jobs(8));
    expect(workers.filter(({ terminated }) => !terminated).every(({ seeds }) => seeds.length > 0)).toBe(true);
    expect(worker(3).seeds).toEqual([3]);
  });

  it('cancels what waits at once, and ends a worker that does not obey within a second', async () => {
    const { pool, worker } = setUp(1);
    const abort = new AbortController();
    const heard: number[] = [];
    const outcomes = pool.run('simulate', jobs(3), { signal: abort.signal, onOutcome: (index) => heard.push(index) });
    abort.abort();
    expect(heard).toEqual([1, 2]);
    expect(worker(0).requests.at(-1)?.name).toBe('cancel');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(worker(0).terminated).toBe(true);
    expect(told(await outcomes)).toEqual(['cancelled', 'cancelled', 'cancelled']);
  });

  it('keeps a worker that obeys a cancel, and gives nobody the half of a result', async () => {
    const { pool, workers, worker } = setUp(1);
    const abort = new AbortController();
    const outcomes = pool.run('simulate', jobs(1), { signal: abort.signal });
    abort.abort();
    worker(0).done('half a day');
    expect(told(await outcomes)).toEqual(['cancelled']);
    void pool.run('simulate', jobs(1));
    expect(worker(0).seeds).toEqual([0, 0]);
    expect(workers).toHaveLength(1);
  });

  it('leaves the runs of one caller alone when another cancels', async () => {
    const { pool, worker } = setUp(1);
    const abort = new AbortController();
    const first = pool.run('simulate', jobs(1));
    const second = pool.run('simulate', jobs(2), { signal: abort.signal });
    abort.abort();
    expect(told(await second)).toEqual(['cancelled', 'cancelled']);
    worker(0).done('mine');
    expect(told(await first)).toEqual(['mine']);
  });

  it('tells how far all of it is, and how long it will take', async () => {
    const { pool, worker } = setUp(1);
    let last: BatchProgress | null = null;
    void pool.run('simulate', jobs(4), { onProgress: (progress) => (last = progress) });
    worker(0).progress(0);
    expect(last).toMatchObject({ share: 0, left_ms: null });
    await vi.advanceTimersByTimeAsync(1_000);
    worker(0).progress(0.5);
    // Half of a run took a second: three and a half are left.
    expect(last).toMatchObject({ share: 0.125, done: 0, left_ms: 7_000 });
    worker(0).done('first');
    await turn();
    expect(last).toMatchObject({ share: 0.25, done: 1, failed: 0 });
  });

  it('has nothing to do for no jobs', async () => {
    const { pool, workers } = setUp(4);
    expect(await pool.run('simulate', [])).toEqual([]);
    expect(workers).toEqual([]);
  });
});
