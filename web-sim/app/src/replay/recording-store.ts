/** The recorded period that is open on the page: one at a time, from a file or from the host. */
import { RefusedError, simulator } from '../engine/client';
import type { RecordedFile } from '../engine/protocol';
import type { RecordingTold } from '../generated/types/RecordingTold';
import { ask, HostProblem, NoHost, session } from '../modules/host';
import { Store, useStore } from '../workspace/store';

export interface OpenRecording {
  name: string;
  recording: RecordedFile;
  told: RecordingTold;
}

/** Why there is none: what the engine says of the file, or what came between the page and the host. */
export type RecordingProblem =
  | { kind: 'file'; message: string }
  | { kind: 'no-host' }
  | { kind: 'sign-in' }
  | { kind: 'host'; message: string };

interface RecordingState {
  open: OpenRecording | null;
  /** How much of a file is read: 0 to 1; `null`: none is being read. */
  reading: number | null;
  problem: RecordingProblem | null;
}

/** A period of the host's journal. */
export interface Period {
  from: number;
  until: number;
  isMasked: boolean;
}

class Recordings extends Store<RecordingState> {
  #nextId = 1;
  #reading = 0;

  /** Opens a file. What was open stays, should it be no recording. */
  async read(file: Blob, name: string): Promise<void> {
    const id = this.#nextId++;
    this.#reading = id;
    this.set({ reading: 0, problem: null });
    const isOld = () => this.#reading !== id;
    const recording = { id, file };
    try {
      const onProgress = ({ share }: { share: number }) => !isOld() && this.set({ reading: share });
      const told = await simulator.call('recording', { recording }, { onProgress });
      if (!isOld()) this.set({ open: { name, recording, told } });
    } catch (error) {
      if (isOld()) return;
      const isRefused = error instanceof RefusedError && 'message' in error.refused;
      const message = isRefused ? String(error.refused.message) : error instanceof Error ? error.message : String(error);
      this.set({ problem: { kind: 'file', message } });
    } finally {
      if (!isOld()) this.set({ reading: null });
    }
  }

  /** Fetches a period from the host, and opens it. Gives whether it is there. */
  async fetch({ from, until, isMasked }: Period): Promise<boolean> {
    this.set({ reading: 0, problem: null });
    try {
      if (!(await session())) {
        this.set({ reading: null, problem: { kind: 'sign-in' } });
        return false;
      }
      const response = await ask(`/v1/recording?from=${from}&until=${until}&masked=${isMasked}`);
      await this.read(await response.blob(), '');
      return this.get().problem === null;
    } catch (error) {
      const problem: RecordingProblem =
        error instanceof HostProblem
          ? { kind: 'host', message: error.message }
          : error instanceof NoHost || error instanceof TypeError
            ? { kind: 'no-host' }
            : { kind: 'host', message: error instanceof Error ? error.message : String(error) };
      this.set({ reading: null, problem });
      return false;
    }
  }

  close(): void {
    this.#reading = 0;
    this.set({ open: null, reading: null, problem: null });
  }
}

export const recordings = new Recordings({ open: null, reading: null, problem: null });

export function useRecordings(): RecordingState {
  return useStore(recordings);
}

/** Whether a file looks like a recording by its name. */
export function isRecordingName(name: string): boolean {
  return /\.recording(\.gz)?$/.test(name);
}

