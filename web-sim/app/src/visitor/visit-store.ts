/** The visitor on the page: who comes, and what would happen to them. */
import { engine, RefusedError } from '../engine/client';
import type { Files } from '../engine/protocol';
import type { Explanation } from '../generated/types/Explanation';
import type { Refused } from '../generated/types/Refused';
import type { Visit } from '../generated/types/Visit';
import { Store, useStore } from '../workspace/store';

/** A Monday morning, when most tenants are open. */
export const AT_DEFAULT = '2026-03-02T10:00';
/** A date and time in the tenant's zone, as the engine reads it. */
export const AT_FORMAT = 'YYYY-MM-DDTHH:mm';

export const NEW_VISIT: Visit = {
  text: '',
  channel: null,
  entry: null,
  language: null,
  vip: 0,
  returning: false,
  attributes: {},
  at: AT_DEFAULT,
  staffing: 'on-shift',
};

export interface VisitState {
  /** The tenant for which `visit` was made. */
  tenant: string;
  visit: Visit;
  /** The last answer, and what it answers. */
  answer: { visit: Visit; explanation: Explanation } | null;
  refused: Refused | null;
}

class VisitStore extends Store<VisitState> {
  /** A new tenant: nothing of the last one's visitor makes sense here. */
  open(tenant: string, message: string): void {
    if (this.get().tenant === tenant) return;
    this.set({ tenant, visit: { ...NEW_VISIT, text: message }, answer: null, refused: null });
  }

  /** Has the visitor of this tenant say something else. */
  say(tenant: string, text: string): void {
    this.open(tenant, text);
    this.change({ text });
  }

  change(change: Partial<Visit>): void {
    this.set({ visit: { ...this.get().visit, ...change } });
  }

  async explain(files: Files): Promise<void> {
    const { visit } = this.get();
    try {
      const explanation = await engine.call('explain', { files, visit });
      if (this.get().visit === visit) this.set({ answer: { visit, explanation }, refused: null });
    } catch (error) {
      // What goes wrong with the engine itself is told by the workspace.
      if (error instanceof RefusedError && this.get().visit === visit) this.set({ refused: error.refused });
    }
  }
}

export const visitor = new VisitStore({ tenant: '', visit: NEW_VISIT, answer: null, refused: null });

export function useVisitor(): VisitState {
  return useStore(visitor);
}
