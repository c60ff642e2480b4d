/** What came by link or file and waits to be opened. */
import type { Draft } from '../workspace/drafts';
import { Store, useStore } from '../workspace/store';
import { ShareError, unpacked, type ShareProblem } from './payload';

export interface Arrived {
  tenant: string;
  draft: Draft;
  /** The digest that the result had where it came from. */
  digest: string | null;
}

interface IncomingState {
  arrived: Arrived | null;
  problem: ShareProblem | null;
  /** The digest that the next result is held against. */
  digest: string | null;
}

class Incoming extends Store<IncomingState> {
  take(arrived: Arrived): void {
    this.set({ arrived, problem: null });
  }

  /** Takes the changes out of the address, where there are any: they become the draft, and the address stays short. */
  async takeFromAddress(tenant: string): Promise<void> {
    const [, text] = /[#&]draft=([^&]*)/.exec(location.hash) ?? [];
    if (text === undefined) return;
    history.replaceState(null, '', location.hash.replace(/&?draft=[^&]*/, '') || '#');
    try {
      this.take({ tenant, draft: await unpacked(text), digest: null });
    } catch (error) {
      this.set({ problem: error instanceof ShareError ? error.problem : 'broken' });
    }
  }

  done(digest: string | null): void {
    this.set({ arrived: null, digest });
  }
}

export const incoming = new Incoming({ arrived: null, problem: null, digest: null });

export function useIncoming(): IncomingState {
  return useStore(incoming);
}
