/** Changes a scenario's file in some places; everything else in it stays, comments included. */
import { engine } from '../engine/client';
import type { Edit } from '../generated/types/Edit';
import { workspace } from '../workspace/workspace';

/** What is asked for while an earlier change is on its way waits for it, so that neither is lost. */
let last: Promise<void> = Promise.resolve();

export function editScenario(file: string, edits: readonly Edit[]): Promise<void> {
  last = last.then(() => edit(file, edits));
  return last;
}

async function edit(file: string, edits: readonly Edit[]): Promise<void> {
  const text = workspace.get().files[file];
  if (text === undefined) return;
  // What is refused is a file that was broken by hand meanwhile: the editor says where, and nothing is changed.
  const changed = await engine.call('edit', { text, edits }).catch(() => text);
  // Should somebody have typed into the file in between, theirs stays.
  if (workspace.get().files[file] === text && changed !== text) workspace.add({ [file]: changed });
}
