/** Where picked files go in the folder: every `.wasm` gets a number and a name, and its `.toml` the same. */
import type { Files } from '../engine/protocol';

/** How far from the last rule a new one is put, so that others fit between. */
const ORDER_STEP = 10;
const PATH = /^rules\/(\d+-[\p{L}\p{N}][\p{L}\p{N}-]*)\.wasm$/u;

/** A module and the file of its rule, as picked. */
export interface Picked {
  wasm: File;
  toml: File | null;
}

/** Puts each `.toml` to the `.wasm` of the same name; with one of each, to that one. `rest` fits nowhere. */
export function pair(files: readonly File[]): { picked: Picked[]; rest: File[] } {
  const stem = ({ name }: File) => name.replace(/\.[^.]*$/, '');
  const wasms = files.filter(({ name }) => name.toLowerCase().endsWith('.wasm'));
  const tomls = files.filter(({ name }) => name.toLowerCase().endsWith('.toml'));
  const isOnly = wasms.length === 1 && tomls.length === 1;
  const picked = wasms.map((wasm) => ({
    wasm,
    toml: tomls.find((toml) => isOnly || stem(toml) === stem(wasm)) ?? null,
  }));
  const used = new Set(picked.flatMap(({ wasm, toml }) => [wasm, toml]));
  return { picked, rest: files.filter((file) => !used.has(file)) };
}

/** A path for the module: the file's own name where it has a number, else behind all rules and those in `taken`. */
export function pathFor(fileName: string, files: Files, taken: readonly string[] = []): string {
  const name = fileName.replace(/\.wasm$/i, '').replaceAll(/[^\p{L}\p{N}]+/gu, '-').replaceAll(/^-+|-+$/g, '');
  if (/^\d+-./.test(name)) return `rules/${name}.wasm`;
  const orders = [...Object.keys(files), ...taken].map((path) => Number(/^rules\/(\d+)-/.exec(path)?.[1] ?? 0));
  const order = Math.floor(Math.max(0, ...orders) / ORDER_STEP) * ORDER_STEP + ORDER_STEP;
  return `rules/${order}-${name || 'module'}.wasm`;
}

export function isModulePath(path: string): boolean {
  return PATH.test(path);
}

/** The file of the rule beside a module, or beside another file of it. */
export function ruleFile(path: string): string {
  return path.replace(/\.[^.]*$/, '.toml');
}

/** The module beside the file of its rule. */
export function moduleFile(path: string): string {
  return path.replace(/\.[^.]*$/, '.wasm');
}

/** The name without number and folder. */
export function plainName(path: string): string {
  return path.replace(/^rules\/\d+-/, '').replace(/\.[^.]*$/, '');
}
