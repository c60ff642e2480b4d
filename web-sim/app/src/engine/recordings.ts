/** The recording that a worker has open: unpacked and read once, whatever is asked of it. */
import * as wasm from '../generated/wasm/pointsman';
import type { RecordedFile } from './protocol';

/** How a file in gzip begins. */
const GZIP = [0x1f, 0x8b];

export class OpenRecording {
  #id: number | null = null;
  #recording: wasm.Recording | null = null;

  /** Reads the file, unless it is the one that is open. `onRead` is told how much of it was read: 0 to 1. */
  async open({ id, file }: RecordedFile, onRead: (share: number) => void, isCancelled: () => boolean): Promise<wasm.Recording> {
    if (this.#recording && this.#id === id) return this.#recording;
    this.#recording?.free();
    this.#recording = null;
    const reader = new wasm.RecordingReader();
    let read = 0;
    for await (const piece of pieces(await unpacked(file, (bytes) => (read += bytes)))) {
      reader.push(piece);
      onRead(file.size === 0 ? 1 : Math.min(read / file.size, 1));
      if (isCancelled()) break;
    }
    this.#recording = reader.finish();
    this.#id = id;
    return this.#recording;
  }
}

async function unpacked(file: Blob, onBytes: (bytes: number) => void): Promise<ReadableStream<Uint8Array>> {
  const start = new Uint8Array(await file.slice(0, GZIP.length).arrayBuffer());
  const counted = file.stream().pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(piece, controller) {
        onBytes(piece.length);
        controller.enqueue(piece);
      },
    }),
  );
  const isGzip = GZIP.every((byte, at) => start[at] === byte);
  return isGzip ? counted.pipeThrough(new DecompressionStream('gzip')) : counted;
}

/** The pieces of a stream. A file that was cut off ends in the middle of its compression: what there is, is read. */
async function* pieces(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  for (;;) {
    let next: ReadableStreamReadResult<Uint8Array>;
    try {
      next = await reader.read();
    } catch {
      return;
    }
    if (next.done) return;
    yield next.value;
  }
}
