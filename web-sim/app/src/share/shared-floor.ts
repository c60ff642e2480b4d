/** A day on the floor as a link or a file carries it: what it began with, what was done to it, and where it stands. */
import { SURGE_MINUTES_MAX, SURGE_PER_HOUR_MAX, type Files, type Injection, type Run } from '../engine/protocol';
import { applied, difference, isSameDraft, type Draft } from '../workspace/drafts';
import { checkedDraft, ShareError } from './payload';

const INJECTIONS_MAX = 200;

/** A folder is told by what differs from the example, `null` where that is the very draft that travels beside it. */
type Folder = Draft | null;
type SharedInjection = Exclude<Injection, { kind: 'swap' }> | { at: number; kind: 'swap'; draft: Folder };

export interface SharedFloor {
  /** The instant that is shown. */
  at: number;
  /** The rules that the day began with. */
  began: Folder;
  injections: readonly SharedInjection[];
}

export function sharedFloor(original: Files, own: Draft, { files, injections = [] }: Pick<Run, 'files' | 'injections'>, at: number): SharedFloor {
  const folder = (of: Files): Folder => {
    const draft = difference(original, of);
    return isSameDraft(draft, own) ? null : draft;
  };
  return {
    at,
    began: folder(files),
    injections: injections.map((one) => (one.kind === 'swap' ? { at: one.at, kind: one.kind, draft: folder(one.files) } : one)),
  };
}

/** What to open on the floor. A folder that is the page's own is the same object, so that the page knows it again. */
export function openedFloor(
  original: Files,
  own: Files,
  beside: Draft,
  { began, injections }: SharedFloor,
): Required<Pick<Run, 'files' | 'injections'>> {
  const ownDraft = difference(original, own);
  const folder = (of: Folder) => (isSameDraft(of ?? beside, ownDraft) ? own : applied(original, of ?? beside));
  return {
    files: folder(began),
    injections: injections.map((one) => (one.kind === 'swap' ? { at: one.at, kind: one.kind, files: folder(one.draft) } : one)),
  };
}

export function checkedFloor(value: unknown): SharedFloor {
  const { at, began, injections } = (value ?? {}) as Record<string, unknown>;
  if (!isInstant(at) || !Array.isArray(injections) || injections.length > INJECTIONS_MAX) throw new ShareError('broken');
  return { at, began: checkedFolder(began), injections: injections.map(checkedInjection) };
}

function checkedFolder(value: unknown): Folder {
  return value === null ? null : checkedDraft(value);
}

function checkedInjection(value: unknown): SharedInjection {
  const { at, kind, agent, channel, per_hour, length_ms, draft } = (value ?? {}) as Record<string, unknown>;
  if (!isInstant(at)) throw new ShareError('broken');
  if ((kind === 'agent-leaves' || kind === 'agent-returns') && typeof agent === 'string') return { at, kind, agent };
  if (kind === 'swap') return { at, kind, draft: checkedFolder(draft) };
  const isSurge = typeof channel === 'string' && isUpTo(per_hour, SURGE_PER_HOUR_MAX) && isUpTo(length_ms, SURGE_MINUTES_MAX * 60_000);
  if (kind === 'surge' && isSurge) return { at, kind, channel, per_hour, length_ms };
  throw new ShareError('broken');
}

function isInstant(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isUpTo(value: unknown, max: number): value is number {
  return Number.isSafeInteger(value) && Number(value) > 0 && Number(value) <= max;
}
