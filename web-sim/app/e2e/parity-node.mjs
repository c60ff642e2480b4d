/** Prints what the parity cases in the file named come to in Node: `node parity-node.mjs cases.json`. */
import { readFile } from 'node:fs/promises';
import init, * as pointsman from '../src/generated/wasm/pointsman.js';
import { runCase } from './parity.mjs';

const wasm = new URL('../src/generated/wasm/pointsman_bg.wasm', import.meta.url);
await init({ module_or_path: await readFile(wasm) });
const given = JSON.parse(await readFile(process.argv[2], 'utf8'));
const cases = given.cases.map((one) => runCase(pointsman, one));
const arithmetic = given.arithmetic.map((_, seed) => pointsman.arithmetic_fingerprint(BigInt(seed)));
process.stdout.write(JSON.stringify({ cases, arithmetic }));
