/** The way through: Rust, WebAssembly, worker, page, as static files in any folder. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { launchBrowser, newContext, serveStatic, textOf, watchProblems } from './support.mjs';

let browser;
let site;

before(async () => {
  [browser, site] = await Promise.all([launchBrowser(), serveStatic({ prefix: '/some/folder/' })]);
});

after(async () => {
  await browser?.close();
  await site?.close();
});

/** The engine's version as Cargo knows it: the page must show this one and no other. */
async function workspaceVersion() {
  const manifest = await readFile(new URL('../../../Cargo.toml', import.meta.url), 'utf8');
  const [, version] = manifest.match(/\[workspace\.package\]\s+version = "([^"]+)"/);
  return version;
}

for (const [locale, expected] of [
  ['zh-CN', '引擎'],
  ['en-GB', 'Engine'],
]) {
  test(`the page asks the engine for its version and shows it (${locale})`, async () => {
    const context = await newContext(browser, { locale });
    const page = await context.newPage();
    const problems = watchProblems(page);
    await page.goto(site.url);
    const shown = await textOf(page.getByTestId('engine-version'), problems);
    assert.equal(shown, `${expected} ${await workspaceVersion()}`);
    assert.ok(page.workers().length >= 1, 'the engine runs in a worker');
    assert.deepEqual(problems, []);
    await context.close();
  });
}

test('an engine that cannot be loaded is said, not waited for', async () => {
  const context = await newContext(browser, { locale: 'en-GB' });
  const page = await context.newPage();
  const problems = watchProblems(page);
  await context.route('**/*.wasm', (route) => route.fulfill({ status: 404, body: 'not found' }));
  await page.goto(site.url);
  const shown = await textOf(page.getByRole('alert'), problems);
  assert.match(shown, /The engine did not start/);
  await context.close();
});
