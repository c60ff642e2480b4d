/** The way from draft to live, as the page knows it. The files stay in the workspace, whatever becomes of the host. */
import { HostProblem, NoHost, session, type HostFinding, type Session } from '../modules/host';
import { Store, useStore } from '../workspace/store';
import { history, lastCandidate, liveRevision, type Candidate, type Published } from './host-rulesets';

/** While something meets live traffic, it is looked at this often. */
const LOOK_EVERY_MS = 2_000;

/** What is between the page and the host. */
export type Connection =
  | { kind: 'connecting' }
  | { kind: 'no-host' }
  | { kind: 'sign-in' }
  | { kind: 'unreachable' }
  | { kind: 'connected'; session: Session };

export interface Problem {
  /** Which kind, such as `red-tests`. */
  code: string;
  detail: string;
  findings: readonly HostFinding[];
}

export interface PublishingState {
  isOpen: boolean;
  /** The drawer's code was wanted at least once. */
  wasOpened: boolean;
  connection: Connection;
  live: Published | null;
  candidate: Candidate | null;
  revisions: readonly Published[];
  /** What is typed as the note of the next candidate: kept whatever becomes of the host. */
  note: string;
  /** A step is on its way. */
  isBusy: boolean;
  /** Why the last step was not taken. */
  problem: Problem | null;
}

class Publishing extends Store<PublishingState> {
  #timer: ReturnType<typeof setTimeout> | undefined;

  open(): void {
    this.set({ isOpen: true, wasOpened: true, problem: null });
    void this.refresh();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.set({ isOpen: false });
  }

  /** Asks the host for everything that is shown. */
  async refresh(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      const signedIn = await session();
      if (!signedIn) {
        this.set({ connection: { kind: 'sign-in' } });
        return;
      }
      const [live, candidate, revisions] = await Promise.all([liveRevision(), lastCandidate(), history()]);
      this.set({ connection: { kind: 'connected', session: signedIn }, live, candidate, revisions });
      this.#lookAgain();
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Takes a step, and shows what came of it. Returns whether it was taken. */
  async take(step: () => Promise<unknown>): Promise<boolean> {
    this.set({ isBusy: true, problem: null });
    try {
      await step();
      return true;
    } catch (error) {
      this.#failed(error);
      return false;
    } finally {
      this.set({ isBusy: false });
      if (this.get().connection.kind === 'connected') await this.refresh();
    }
  }

  #lookAgain(): void {
    const { candidate, isOpen } = this.get();
    if (isOpen && (candidate?.stage === 'shadow' || candidate?.stage === 'canary')) {
      this.#timer = setTimeout(() => void this.refresh(), LOOK_EVERY_MS);
    }
  }

  #failed(error: unknown): void {
    if (error instanceof NoHost) {
      // One that was there a moment ago is gone; one that never was is another matter.
      const wasThere = this.get().connection.kind === 'connected' || this.get().connection.kind === 'unreachable';
      this.set({ connection: { kind: wasThere ? 'unreachable' : 'no-host' } });
    } else if (error instanceof HostProblem && error.status === 401) {
      this.set({ connection: { kind: 'sign-in' } });
    } else if (error instanceof HostProblem) {
      this.set({ problem: { code: error.code, detail: error.message, findings: error.diagnostics } });
    } else if (error instanceof TypeError || error instanceof DOMException) {
      this.set({ connection: { kind: 'unreachable' } });
    } else {
      this.set({ problem: { code: '', detail: error instanceof Error ? error.message : String(error), findings: [] } });
    }
  }
}

export const publishing = new Publishing({
  isOpen: false,
  wasOpened: false,
  connection: { kind: 'connecting' },
  live: null,
  candidate: null,
  revisions: [],
  note: '',
  isBusy: false,
  problem: null,
});

export function usePublishing(): PublishingState {
  return useStore(publishing);
}
