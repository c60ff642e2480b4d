/** Going to a place in a file: whoever shows a place asks for it, the editor follows. */
import type { Place } from '../generated/types/Place';
import { Store } from '../workspace/store';
import { navigate } from '../workspace/url-state';

interface Goal {
  file: string;
  place: Place | null;
}

/** The place that was asked for last; the editor takes it away when it is there. */
export const goal = new Store<{ goal: Goal | null }>({ goal: null });

export function goTo(file: string, place: Place | null): void {
  navigate({ file });
  goal.set({ goal: { file, place } });
}
