/** What came by link or file and waits to be opened. */
import type { Draft } from '../workspace/drafts';
import { Store, useStore } from '../workspace/store';
import { checkedDraft, ShareError, unpacked, type ShareProblem } from './payload';
import { checkedFloor, type SharedFloor } from './shared-floor';

export interface Arrived {
  tenant: string;
  draft: Draft;
  /** The digest that the result had where it came from. */
  digest: string | null;
}

/** A day on the floor that came by link or file, with the draft beside it, which may not have been taken. */
export interface ArrivedFloor {
  tenant: string;
  floor: SharedFloor;
  beside: Draft;
}

interface IncomingState {
  arrived: Arrived | null;
  /** Waits until it is decided about what arrived with it. */
  floor: ArrivedFloor | null;
  problem: ShareProblem | null;
  /** The digest that the next result is held against. */
  digest: string | null;
}

class Incoming extends Store<IncomingState> {
  /** Takes what a file holds. */
  take(arrived: Arrived, floor: SharedFloor | null): void {
    const { tenant, draft } = arrived;
    this.set({ arrived, floor: floor && { tenant, floor, beside: draft }, problem: null });
  }

  /**
   * Takes what came out of the address: the changes become the draft, the day is opened on the floor, and the address
   * stays short.
   */
  async takeFromAddress(tenant: string): Promise<void> {
    const part = (name: string) => new RegExp(`[#&]${name}=([^&]*)`).exec(location.hash)?.[1];
    const [draft, floor] = [part('draft'), part('floor')];
    if (draft === undefined && floor === undefined) return;
    history.replaceState(null, '', location.hash.replaceAll(/&?(?:draft|floor)=[^&]*/g, '') || '#');
    try {
      const beside = draft === undefined ? {} : checkedDraft(await unpacked(draft));
      const day = floor === undefined ? null : checkedFloor(await unpacked(floor));
      this.set({
        arrived: draft === undefined ? null : { tenant, draft: beside, digest: null },
        floor: day && { tenant, floor: day, beside },
        problem: null,
      });
    } catch (error) {
      this.set({ problem: error instanceof ShareError ? error.problem : 'broken' });
    }
  }

  floorOpened(): void {
    this.set({ floor: null });
  }

  done(digest: string | null): void {
    this.set({ arrived: null, digest });
  }
}

export const incoming = new Incoming({ arrived: null, floor: null, problem: null, digest: null });

export function useIncoming(): IncomingState {
  return useStore(incoming);
}
