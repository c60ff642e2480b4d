/** Prints how many milliseconds each run of a scenario takes in WebAssembly with modules, and its digest:
 *  `node v8.mjs GENERATED_FOLDER TENANT_DIR ARTEFACT SCENARIO SEED RUNS`. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [generated, tenant, artefact, scenario, seed, runs] = process.argv.slice(2);
const { default: init, Workspace } = await import(pathToFileURL(join(generated, 'pointsman.js')));
await init({ module_or_path: await readFile(join(generated, 'pointsman_bg.wasm')) });

const workspace = new Workspace();
workspace.add_artefact(await readFile(artefact));
for (const entry of await readdir(tenant, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const file = join(entry.parentPath, entry.name);
  const path = file.slice(tenant.length + 1);
  if (path.endsWith('.wasm')) workspace.set_module(path, await readFile(file));
  else workspace.set_file(path, await readFile(file, 'utf8'));
}
const checked = JSON.parse(workspace.check());
if (!checked.sound) throw new Error(JSON.stringify(checked.findings));

const took = [];
for (let run = 0; run < Number(runs); run++) {
  workspace.start(JSON.stringify({ scenario, seed: Number(seed) }));
  const begin = performance.now();
  for (let ended = 'running'; ended === 'running'; ) ended = JSON.parse(workspace.run_for(1_000_000)).ended;
  took.push(performance.now() - begin);
}
console.log(JSON.stringify({ took, digest: JSON.parse(workspace.report()).digest }));
