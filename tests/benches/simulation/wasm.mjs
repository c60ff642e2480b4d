/** Prints how many milliseconds each run of a scenario takes in WebAssembly, and its digest:
 *  `node wasm.mjs GENERATED_FOLDER TENANT_DIR SCENARIO SEED RUNS`. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [generated, tenant, scenario, seed, runs] = process.argv.slice(2);
const { default: init, Workspace } = await import(pathToFileURL(join(generated, 'pointsman.js')));
await init({ module_or_path: await readFile(join(generated, 'pointsman_bg.wasm')) });

const workspace = new Workspace();
for (const entry of await readdir(tenant, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const path = join(entry.parentPath, entry.name);
  workspace.set_file(path.slice(tenant.length + 1), await readFile(path, 'utf8'));
}
workspace.check();

const took = [];
for (let run = 0; run < Number(runs); run++) {
  workspace.start(JSON.stringify({ scenario, seed: Number(seed) }));
  const begin = performance.now();
  for (let ended = 'running'; ended === 'running'; ) ended = JSON.parse(workspace.run_for(1_000_000)).ended;
  took.push(performance.now() - begin);
}
console.log(JSON.stringify({ took, digest: JSON.parse(workspace.report()).digest }));
