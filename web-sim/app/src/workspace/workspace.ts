/** The tenant folder on the page: edited here, checked by the engine after every change. */
import { engine, RefusedError } from '../engine/client';
import { modulesOf, type Files } from '../engine/protocol';
import type { Checked } from '../generated/types/Checked';
import type { TestLine } from '../generated/types/TestLine';
import { library } from '../modules/library';
import { applied, difference, loadDraft, saveDraft, type Draft } from './drafts';
import { exampleFiles, exampleModule } from './examples';
import { Store, useStore } from './store';

/** How long after the last key stroke the folder is checked. */
const CHECK_DELAY_MS = 120;

export interface WorkspaceState {
  /** The example that was opened. */
  example: string;
  /** The folder as it is now. */
  files: Files;
  /** Goes up when files change other than by typing into them, so that the editor takes them over. */
  opened: number;
  /** The last answer, and the folder it is about. */
  checked: Checked | null;
  checkedFiles: Files | null;
  /** The outcomes of the rule tests of `checkedFiles`; `null` while the folder has errors. */
  tests: readonly TestLine[] | null;
  /** What went wrong with the engine itself. */
  fault: string | null;
  /** False when the draft was too large to keep. */
  kept: boolean;
}

class Workspace extends Store<WorkspaceState> {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #original: Files = {};

  /** Opens an example, with what was changed in it before. */
  open(example: string): void {
    if (this.get().example === example) return;
    this.#original = exampleFiles(example);
    this.#show(example, applied(this.#original, loadDraft(example)));
  }

  /** Back to the example as it comes. */
  reset(): void {
    const { example } = this.get();
    saveDraft(example, {});
    this.#show(example, this.#original);
  }

  /** Puts other changes in the place of those that are there. */
  replaceDraft(draft: Draft): void {
    const { example } = this.get();
    saveDraft(example, draft);
    this.#show(example, applied(this.#original, draft));
  }

  write(path: string, text: string): void {
    const { example, files } = this.get();
    if (files[path] === text) return;
    this.#change(example, { ...files, [path]: text });
  }

  /** Adds files, or puts others in their place. The library must know the modules among them. */
  add(added: Files): void {
    const { example, files, opened } = this.get();
    this.set({ opened: opened + 1 });
    this.#change(example, { ...files, ...added });
  }

  remove(path: string): void {
    const { example, files, opened } = this.get();
    const { [path]: _removed, ...rest } = files;
    this.set({ opened: opened + 1 });
    this.#change(example, rest);
  }

  /** The example as it comes: what counts as live until a host says otherwise. */
  original(): Files {
    return this.#original;
  }

  /** Whether the file differs from the example. */
  isChanged(path: string): boolean {
    return this.#original[path] !== this.get().files[path];
  }

  /** How many files differ from the example. */
  changes(): number {
    return Object.keys(difference(this.#original, this.get().files)).length;
  }

  #show(example: string, files: Files): void {
    const opened = this.get().opened + 1;
    this.set({ example, files, opened, checked: null, checkedFiles: null, tests: null, fault: null, kept: true });
    clearTimeout(this.#timer);
    void this.#check();
  }

  #change(example: string, files: Files): void {
    this.set({ files, kept: saveDraft(example, difference(this.#original, files)) });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#check(), CHECK_DELAY_MS);
  }

  /** Has a host compile modules, and checks again when they can run. */
  async #compile(hashes: readonly string[]): Promise<void> {
    const { compiler } = await import('../modules/compile');
    compiler.onReady = () => void this.#check();
    hashes.forEach((hash) => compiler.want(hash));
  }

  /** Checks the folder as it is. An answer about a folder that has changed since is dropped. */
  async #check(): Promise<void> {
    const { files } = this.get();
    try {
      await library.load(modulesOf(files));
      const checked = await engine.call('check', { files });
      const tests = checked.sound ? await engine.call('test', { files }) : null;
      if (this.get().files !== files) return;
      this.set({ checked, checkedFiles: files, tests, fault: null });
      const missing = checked.modules.filter(({ module, hash }) => module === null && library.get(hash));
      if (missing.length > 0) void this.#compile(missing.map(({ hash }) => hash));
    } catch (error) {
      if (error instanceof RefusedError) return;
      if (this.get().files === files) this.set({ fault: error instanceof Error ? error.message : String(error) });
    }
  }
}

library.addSource(exampleModule);
library.addSource(async (hash) => (await import('../modules/kept')).keptModule(hash));

export const workspace = new Workspace({
  example: '',
  files: {},
  opened: 0,
  checked: null,
  checkedFiles: null,
  tests: null,
  fault: null,
  kept: true,
});

export function useWorkspace(): WorkspaceState {
  return useStore(workspace);
}
