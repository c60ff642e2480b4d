/** The modules that folders on this page name, by hash. Their bytes are in memory once; folders carry the hash. */
import type { Module } from '../engine/protocol';

/** Gets a module from where it is kept; `null`: it is not there. */
export type Source = (hash: string) => Promise<Module | null>;

class Library {
  readonly #modules = new Map<string, Module>();
  readonly #sources: Source[] = [];

  /** Has the library look here too. */
  addSource(source: Source): void {
    this.#sources.push(source);
  }

  get = (hash: string): Module | undefined => this.#modules.get(hash);

  put(module: Module): void {
    this.#modules.set(module.hash, module);
  }

  /** Brings these modules into memory. Those that are nowhere stay unknown. */
  async load(hashes: readonly string[]): Promise<void> {
    await Promise.all(hashes.filter((hash) => !this.#modules.has(hash)).map((hash) => this.#find(hash)));
  }

  async #find(hash: string): Promise<void> {
    for (const source of this.#sources) {
      const module = await source(hash);
      if (!module) continue;
      // Somebody may have added it meanwhile, with what a host has made of it.
      if (!this.#modules.has(hash)) this.put(module);
      return;
    }
  }
}

export const library = new Library();
