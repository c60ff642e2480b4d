/** Changes a scenario's file in some places; everything else in it stays, comments included. */
import { engine } from '../engine/client';
import type { Edit } from '../generated/types/Edit';
import { workspace } from '../workspace/workspace';

/** What is asked for while an earlier change is on its way waits for it, so that neither is lost. */
let last: Promise<void> = Promise.resolve();

/** `edits` is asked when the change's turn comes, with the text as it is then; none: it no longer means what it did. */
export function editScenario(file: string, edits: (text: string) => readonly Edit[]): Promise<void> {
  last = last.then(() => edit(file, edits));
  return last;
}

/** The text with the changes made; one whose syntax is broken stays as it is, and the editor says where. */
export const edited = (text: string, edits: readonly Edit[]): Promise<string> => engine.call('edit', { text, edits }).catch(() => text);

async function edit(file: string, edits: (text: string) => readonly Edit[]): Promise<void> {
  const text = workspace.get().files[file];
  if (text === undefined) return;
  const changed = await edited(text, edits(text));
  // Should somebody have typed into the file in between, theirs stays.
  if (workspace.get().files[file] === text && changed !== text) workspace.add({ [file]: changed });
}
