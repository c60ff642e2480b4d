/**
 * What the page and the engine's worker say to each other. This file is the whole contract: a new call is one
 * line in `Calls` and one in the worker's table, and the compiler finds every place that must follow.
 */
import type { Version } from '../generated/types/Version';

/** Every call: its name, what goes in, what comes back. */
export interface Calls {
  version: { input: null; answer: Version };
}

export type CallName = keyof Calls;

/** Page to worker. `id` ties the reply to it. */
export type Request = {
  [Name in CallName]: { id: number; name: Name; input: Calls[Name]['input'] };
}[CallName];

/**
 * Worker to page. A fault is `fatal` when the engine stopped in the middle of its work (a trap): its memory can
 * no longer be trusted, so the page starts a new worker.
 */
export type Reply =
  | { id: number; kind: 'answer'; answer: Calls[CallName]['answer'] }
  | { id: number; kind: 'fault'; message: string; fatal: boolean };
