/** What an analysis of the folder has come to; asked for when somebody looks. */
import { RefusedError, simulator } from '../engine/client';
import type { Files } from '../engine/protocol';
import type { AnalysisTold } from '../generated/types/AnalysisTold';
import { Store, useStore } from '../workspace/store';

interface AnalysisState {
  /** The folder that is looked at right now. */
  running: Files | null;
  /** The last answer, and the folder it is about. */
  result: { files: Files; told: AnalysisTold } | null;
  fault: string | null;
}

class AnalysisStore extends Store<AnalysisState> {
  async start(files: Files): Promise<void> {
    if (this.get().running === files || this.get().result?.files === files) return;
    this.set({ running: files, fault: null });
    try {
      const told = await simulator.call('analyse', { files });
      if (this.get().running === files) this.set({ running: null, result: { files, told } });
    } catch (error) {
      if (this.get().running !== files) return;
      // A folder with errors is told of by the check.
      const fault = error instanceof RefusedError ? null : error instanceof Error ? error.message : String(error);
      this.set({ running: null, fault });
    }
  }
}

export const analysis = new AnalysisStore({ running: null, result: null, fault: null });

export function useAnalysis(): AnalysisState {
  return useStore(analysis);
}
