/** Drafts: what was changed in an example, kept in this browser. Of a module a draft has the hash. */
import { isModule, type Files } from '../engine/protocol';

/** A draft larger than this is not kept; the page says so. */
const DRAFT_CHARACTERS_MAX = 500_000;
const PREFIX = 'pointsman.draft.1.';

/** What differs from the example: a text, or `null` for a file that was removed. */
export type Draft = Readonly<Record<string, string | null>>;

export function difference(from: Files, to: Files): Draft {
  const draft: Record<string, string | null> = {};
  for (const [path, text] of Object.entries(to)) if (from[path] !== text) draft[path] = text;
  for (const path of Object.keys(from)) if (!(path in to)) draft[path] = null;
  return draft;
}

/** Whether both make the same of an example. */
export function isSameDraft(one: Draft, other: Draft): boolean {
  const paths = Object.keys(one);
  return paths.length === Object.keys(other).length && paths.every((path) => path in other && one[path] === other[path]);
}

export function applied(files: Files, draft: Draft): Files {
  const result: Record<string, string> = { ...files };
  for (const [path, text] of Object.entries(draft)) {
    if (text === null) delete result[path];
    else result[path] = text;
  }
  return result;
}

export function loadDraft(example: string): Draft {
  try {
    const draft: unknown = JSON.parse(localStorage.getItem(PREFIX + example) ?? '{}');
    return isDraft(draft) ? draft : {};
  } catch {
    return {};
  }
}

/** Keeps the draft; returns whether it could be kept. */
export function saveDraft(example: string, draft: Draft): boolean {
  try {
    const text = JSON.stringify(draft);
    if (text === '{}') localStorage.removeItem(PREFIX + example);
    else if (text.length > DRAFT_CHARACTERS_MAX) return false;
    else localStorage.setItem(PREFIX + example, text);
    return true;
  } catch {
    return false;
  }
}

/** The hashes of the modules that the drafts of any example name. */
export function neededModules(): ReadonlySet<string> {
  const needed = new Set<string>();
  for (const key of Object.keys(localStorage)) {
    if (!key.startsWith(PREFIX)) continue;
    for (const [path, hash] of Object.entries(loadDraft(key.slice(PREFIX.length)))) {
      if (isModule(path) && hash !== null) needed.add(hash);
    }
  }
  return needed;
}

function isDraft(value: unknown): value is Draft {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((text) => text === null || typeof text === 'string')
  );
}
