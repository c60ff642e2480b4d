/** What you simulate is what you ship: the cases of `tests/tests/parity.rs` come to the same in Chromium. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { runCase } from './parity.mjs';
import { launchBrowser, serveStatic } from './support.mjs';

test('native and WebAssembly in Chromium agree to the byte', async () => {
  const { cases, native, arithmetic } = JSON.parse(
    await readFile(new URL('../../../target/parity/cases.json', import.meta.url), 'utf8').catch(() => {
      throw new Error('there are no cases: run `cargo test --release -p pointsman-tests --test parity` first');
    }),
  );
  const site = await serveStatic({ folder: fileURLToPath(new URL('../src/generated/wasm', import.meta.url)) });
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(`${site.url}pointsman.js`);
    await page.evaluate(async (url) => {
      window.pointsman = await import(url);
      await window.pointsman.default();
    }, `${site.url}pointsman.js`);
    const bits = await page.evaluate(
      (many) => Array.from({ length: many }, (_, seed) => window.pointsman.arithmetic_fingerprint(BigInt(seed))),
      arithmetic.length,
    );
    assert.deepEqual(bits, arithmetic);
    const text = runCase.toString();
    for (const [at, one] of cases.entries()) {
      const inBrowser = await page.evaluate(
        ([code, given]) => new Function(`return (${code})`)()(window.pointsman, given),
        [text, one],
      );
      assert.deepEqual(inBrowser, native[at]);
    }
    assert.equal(cases.length, native.length);
  } finally {
    await browser.close();
    await site.close();
  }
});
