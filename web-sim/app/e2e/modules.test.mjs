/** Rules as modules: those of an example without a host, and those that a host has to compile. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { hostProgram, launchBrowser, newContext, serveStatic, startHost, textOf, watchProblems } from './support.mjs';

const built = fileURLToPath(new URL('../../../examples/modules/built/', import.meta.url));

let browser;
let site;

before(async () => {
  [browser, site] = await Promise.all([launchBrowser(), serveStatic({ prefix: '/some/folder/' })]);
});

after(async () => {
  await browser?.close();
  await site?.close();
});

async function open({ url = site.url, locale = 'en-GB', hash = '' } = {}) {
  const context = await newContext(browser, { locale, viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const problems = watchProblems(page);
  await page.goto(url + hash);
  return { page, problems, close: () => context.close() };
}

async function complete(page) {
  await page.locator('[data-testid="run-line"][data-ended="complete"]').waitFor({ timeout: 60_000 });
}

/** Drops a file on the page, as a person does, and confirms what the page makes of it. */
async function drop(page, name, path) {
  const bytes = (await readFile(path)).toString('base64');
  await page.evaluate(
    ([name, bytes]) => {
      const files = new DataTransfer();
      files.items.add(new File([Uint8Array.from(atob(bytes), (byte) => byte.charCodeAt(0))], name));
      const over = (type) => new DragEvent(type, { dataTransfer: files, bubbles: true, cancelable: true });
      document.body.dispatchEvent(over('dragover'));
      document.body.dispatchEvent(over('drop'));
    },
    [name, bytes],
  );
  await page.getByTestId('add-modules').locator('input:focus').waitFor();
  await page.keyboard.press('Enter');
}

const module = (page, file) => page.locator(`[data-testid="module"][data-file="${file}"]`);
const compilation = (page, kind) => page.locator(`[data-testid="compilation"][data-kind="${kind}"]`);

/** Waits for the bars of a histogram, which stand over what the calls cost at most. */
async function bars(chart) {
  await chart.locator('svg text', { hasText: /^≤ [\d.]+[kM]?$/ }).first().waitFor({ timeout: 30_000 });
}

test('an example with modules runs without a host, and shows what their calls cost', async () => {
  const { page, problems, close } = await open({ hash: '#tenant=marketplace&scenario=fraud-wave&file=rules/20-fraud-score.wasm' });
  await complete(page);
  const card = page.locator('[data-testid="module"][data-file="rules/20-fraud-score.wasm"][data-state="ready"]');
  assert.match(await textOf(card, problems), /pointsman:rule@1\.0\.0.*route.*lookup\.contains-any.*5,000,000.*default/s);
  // The bars stand over what the calls cost at most.
  await bars(page.getByTestId('module-use'));
  const row = page.getByTestId('costs').locator('[data-rule="rules/40-language-router.toml"]');
  assert.match(await textOf(row, problems), /[1-9]\d*/);
  await row.getByRole('button', { name: /^What calls of/ }).click();
  await bars(page.locator('[data-testid="cost-chart"][data-rule="rules/40-language-router.toml"]'));

  await page.getByRole('tab', { name: 'Be a visitor' }).click();
  const told = page.getByTestId('rules').locator('[data-rule="20-fraud-score"][data-outcome="matched"]');
  assert.match(await textOf(told.getByTestId('cost'), problems), /^[\d,]+ fuel · [\d.]+ KiB$/);
  assert.deepEqual(problems, []);
  await close();
});

test('scripts have what their operations cost beside them', async () => {
  const { page, problems, close } = await open({ hash: '#tenant=shop' });
  await complete(page);
  const row = page.getByTestId('costs').locator('[data-rule="rules/40-vip-value.toml"]');
  assert.match(await textOf(row, problems), /[1-9]\d*/);
  await bars(page.getByTestId('cost-chart'));
  await close();
});

test('a dropped module that no host can compile stays, and the page says what it takes', async () => {
  const { page, problems, close } = await open();
  await complete(page);
  await drop(page, 'my_counter.wasm', `${built}counter.wasm`);
  const said = await textOf(compilation(page, 'no-host'), problems);
  assert.match(said, /compiled by a Pointsman host.*pointsman serve/s);
  await module(page, 'rules/260-my-counter.wasm').waitFor();
  const line = page.getByTestId('problems').locator('[data-code="R312"]');
  assert.match(await textOf(line, problems), /not compiled yet/);

  await page.reload();
  await compilation(page, 'no-host').waitFor();
  assert.match(await textOf(module(page, 'rules/260-my-counter.wasm'), problems), /19\.6 KiB/);
  // Its rule can be edited like any other file, and nothing asks for a host once the module is gone.
  await page.getByRole('button', { name: 'Remove the file' }).click();
  await page.getByRole('tooltip').getByRole('button', { name: 'Remove the file' }).click();
  await module(page, 'rules/260-my-counter.wasm').waitFor({ state: 'detached' });
  await line.waitFor({ state: 'detached' });
  await close();
});

test('a file that is no module is left out, and a bad path is refused', async () => {
  const { page, problems, close } = await open();
  await complete(page);
  await page.getByTestId('module-input').setInputFiles([
    { name: 'x.wasm', mimeType: 'application/wasm', buffer: Buffer.from('\0asm') },
    { name: 'other.toml', mimeType: 'text/plain', buffer: Buffer.from('') },
    { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('') },
  ]);
  const dialog = page.getByRole('dialog');
  assert.match(await textOf(dialog.getByRole('alert'), problems), /notes\.txt/);
  await dialog.getByRole('textbox').fill('rules/fraud.wasm');
  await dialog.getByRole('button', { name: 'Add', disabled: true }).waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  assert.deepEqual(problems, []);
  await close();
});

test('with a host: signed in, a dropped module is compiled, runs, and shows what its calls cost', async (context) => {
  if (!existsSync(hostProgram)) return context.skip('the host was not built');
  const host = await startHost();
  context.after(() => host.close());
  const { page, problems, close } = await open({ url: host.url });
  await complete(page);
  await drop(page, '35-counter.wasm', `${built}counter.wasm`);
  const form = page.getByTestId('sign-in');
  await form.getByLabel('Tenant').fill(host.signIn.tenant);
  await form.getByLabel('User name').fill(host.signIn.name);
  await form.getByLabel('Password').fill('not the password');
  await page.keyboard.press('Enter');
  assert.match(await textOf(page.getByRole('dialog').getByRole('alert'), problems), /do not belong together/);
  await form.getByLabel('Password').fill(host.signIn.password);
  await page.keyboard.press('Enter');

  const card = module(page, 'rules/35-counter.wasm');
  await page.locator('[data-testid="module"][data-state="ready"]').waitFor({ timeout: 30_000 });
  assert.match(await textOf(card, problems), /pointsman:rule@1\.0\.0.*route.*5,000,000.*default.*16 MiB/s);
  await page.locator('[data-testid="run"]:enabled').click();
  await complete(page);
  const use = page.getByTestId('module-use');
  await bars(use);
  assert.match(await textOf(use, problems), /Calls[\d,]*[1-9]/);

  // Being asked is in the trace, with fuel and memory.
  await page.getByRole('tab', { name: 'Be a visitor' }).click();
  const cost = page.getByTestId('rules').locator('[data-rule="35-counter"]').getByTestId('cost');
  const others = page.getByRole('button', { name: /that did not match/ });
  await others.click();
  assert.match(await textOf(cost, problems), /^[\d,]+ fuel · [\d.]+ (KiB|MiB)$/);

  // It was compiled once: a reload needs no host.
  const asked = [];
  page.on('request', (request) => request.url().includes('/v1/') && asked.push(request.url()));
  await page.reload();
  await page.locator('[data-testid="module"][data-state="ready"]').waitFor();
  assert.deepEqual(asked, []);
  await close();
});

test('with a host: a broken module shows the reason, and another takes its place', async (context) => {
  if (!existsSync(hostProgram)) return context.skip('the host was not built');
  const host = await startHost();
  context.after(() => host.close());
  const { page, problems, close } = await open({ url: host.url });
  const session = await page.request.post(`${host.url}v1/session`, { data: host.signIn, headers: { origin: new URL(host.url).origin } });
  assert.equal(session.status(), 200);
  await complete(page);
  await drop(page, '35-clock.wasm', `${built}hostile/wasi-import.wasm`);
  assert.match(await textOf(compilation(page, 'refused'), problems), /clock_time_get/);
  await drop(page, '35-clock.wasm', `${built}escalate.wasm`);
  await page.locator('[data-testid="module"][data-state="ready"]').waitFor({ timeout: 30_000 });
  await close();
});
