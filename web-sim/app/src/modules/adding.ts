/** Modules on their way into the folder: picked or dropped, not yet added. */
import { Store, useStore } from '../workspace/store';

export interface AddingState {
  /** The files that were picked or dropped last. */
  readonly picked: readonly File[];
  /** The hashes of modules for which this browser had no room. */
  readonly unkept: readonly string[];
}

export const adding = new Store<AddingState>({ picked: [], unkept: [] });

export function useAdding(): AddingState {
  return useStore(adding);
}
