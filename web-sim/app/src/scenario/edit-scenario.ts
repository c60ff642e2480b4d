/** Changes a scenario's file in some places; everything else in it stays, comments included. */
import { engine } from '../engine/client';
import type { Edit } from '../generated/types/Edit';
import { workspace } from '../workspace/workspace';

/** `text` is what the changes were made for: should the file have gone on meanwhile, nothing is changed. */
export async function editScenario(file: string, text: string, edits: readonly Edit[]): Promise<void> {
  const changed = await engine.call('edit', { text, edits });
  if (workspace.get().files[file] === text) workspace.add({ [file]: changed });
}
