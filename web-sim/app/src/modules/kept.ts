/** Modules kept in this browser, beside the drafts that name them. */
import type { Module } from '../engine/protocol';

/** Bytes of all modules that are kept, artefacts included. A tenant folder may have as many. */
export const KEPT_BYTES_MAX = 32 << 20;

const DATABASE = 'pointsman';
const STORE = 'modules';

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'hash' });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('no database'));
  });
}

/** Does something with the store, and waits until it is done for good. */
async function within<Result>(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<Result>,
): Promise<Result> {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? new Error('not kept'));
    });
  } finally {
    database.close();
  }
}

export async function keptModule(hash: string): Promise<Module | null> {
  try {
    return (await within<Module | undefined>('readonly', (store) => store.get(hash))) ?? null;
  } catch {
    return null;
  }
}

function size({ wasm, artefact }: Module): number {
  return wasm.length + (artefact?.length ?? 0);
}

/**
 * Keeps a module; returns whether there was room. What no draft names any more makes room when it is needed: `needed`
 * are the hashes that some draft names.
 */
export async function keepModule(module: Module, needed: ReadonlySet<string>): Promise<boolean> {
  try {
    const all = await within<Module[]>('readonly', (store) => store.getAll());
    const others = all.filter(({ hash }) => hash !== module.hash);
    let bytes = others.reduce((sum, other) => sum + size(other), size(module));
    for (const other of others) {
      if (bytes <= KEPT_BYTES_MAX) break;
      if (needed.has(other.hash)) continue;
      await within('readwrite', (store) => store.delete(other.hash));
      bytes -= size(other);
    }
    if (bytes > KEPT_BYTES_MAX) return false;
    await within('readwrite', (store) => store.put(module));
    return true;
  } catch {
    return false;
  }
}
