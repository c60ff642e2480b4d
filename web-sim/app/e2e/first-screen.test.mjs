/** What a person meets on the page, from the first look to a cancelled run. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { launchBrowser, newContext, serveStatic, textOf, watchProblems } from './support.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const run = promisify(execFile);

let browser;
let site;

before(async () => {
  [browser, site] = await Promise.all([launchBrowser(), serveStatic({ prefix: '/some/folder/' })]);
});

after(async () => {
  await browser?.close();
  await site?.close();
});

/** Opens the page and waits for the result that comes by itself; `check` gets what the page must not have said. */
async function open({ locale = 'zh-CN', hash = '', colorScheme = 'light' } = {}) {
  const context = await newContext(browser, { locale, colorScheme, viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const problems = watchProblems(page);
  await page.goto(site.url + hash);
  return { page, problems, close: () => context.close() };
}

async function complete(page) {
  await page.locator('[data-testid="run-line"][data-ended="complete"]').waitFor({ timeout: 30_000 });
}

/** Puts the cursor behind `text` in the open file. */
async function cursorBehind(page, text) {
  const line = page.locator('.cm-line', { hasText: text }).first();
  await line.click();
  await page.keyboard.press('End');
}

test('the first screen shows the figures of a run without a click', async () => {
  const { page, problems, close } = await open();
  await complete(page);
  for (const figure of ['service-level', 'wait', 'abandonment', 'occupancy', 'misrouted', 'fallback']) {
    const shown = await textOf(page.getByTestId(`kpi-${figure}`), problems);
    assert.match(shown, /\d/, figure);
  }
  assert.ok((await page.getByTestId('groups').locator('tbody tr').count()) >= 4, 'a line for each busy group');
  assert.match(await page.getByTestId('digest').getAttribute('data-text'), /^[0-9a-f]{64}$/);
  assert.match(await page.getByTestId('revision').getAttribute('data-text'), /^[0-9a-f]{64}$/);
  assert.deepEqual(problems, []);
  await close();
});

test('the same seed gives the digest that the command line gives', async (context) => {
  const pointsman = process.env.POINTSMAN ?? `${root}target/release/pointsman`;
  if (!existsSync(pointsman)) return context.skip('the host was not built');
  const args = ['simulate', 'examples/shop', '--scenario', 'weekday', '--seed', '7', '--format', 'json'];
  const native = JSON.parse((await run(pointsman, args, { cwd: root, maxBuffer: 64 << 20 })).stdout);
  const { page, close } = await open({ hash: '#scenario=weekday&seed=7' });
  await complete(page);
  assert.equal(await page.getByTestId('digest').getAttribute('data-text'), native.digest);
  assert.equal(await page.getByTestId('revision').getAttribute('data-text'), native.revision);
  await close();
});

test('a mistake behind Chinese text and an emoji is underlined where it is, and the list leads to it', async () => {
  const { page, problems, close } = await open({ locale: 'en-GB', hash: '#file=keywords.toml' });
  await page.locator('.cm-content').waitFor();
  await page.goto(`${site.url}#file=rules/90-refund.toml`);
  await cursorBehind(page, '"@退款"');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.insertText(', "退款😭", "@不存在"');
  const mark = page.locator('.cm-lintRange-error');
  assert.equal(await textOf(mark, problems), '"@不存在"');

  const line = page.getByTestId('problems').locator('[data-code="R207"]');
  const shown = await textOf(line, problems);
  // `any = ["@退款", "退款😭", "@不存在"]`: the emoji is two UTF-16 units, as the editor counts.
  assert.match(shown, /Ln 4, Col 23/);
  await page.goto(`${site.url}#file=tenant.toml`);
  await line.click();
  await page.locator('[data-testid="editor"][data-file="rules/90-refund.toml"]').waitFor();
  assert.equal(await page.evaluate(() => String(getSelection())), '"@不存在"');
  await close();
});

test('completion offers what the engine knows, and the groups of this tenant', async () => {
  const { page, problems, close } = await open({ locale: 'en-GB', hash: '#file=rules/40-vip-value.rhai' });
  await cursorBehind(page, 'let answer = priority(rank)');
  await page.keyboard.press('Enter');
  await page.keyboard.type('to_g');
  const options = page.locator('.cm-tooltip-autocomplete li');
  assert.match(await textOf(options.first(), problems), /^to_group/);
  await page.waitForTimeout(200); // the list takes no key right after it has appeared
  await page.keyboard.press('Enter');
  await page.keyboard.type('"');
  await page.locator('.cm-tooltip-autocomplete li', { hasText: 'after-sales' }).waitFor();
  assert.match(await page.locator('.cm-tooltip-autocomplete').textContent(), /after-sales售后/);
  await close();
});

test('the pointer on a word of a script shows what it means', async () => {
  const { page, problems, close } = await open({ locale: 'en-GB', hash: '#file=rules/40-vip-value.rhai' });
  await page.getByTestId('revision').waitFor();
  const line = page.locator('.cm-line', { hasText: 'answer.to_group("vip")' });
  await line.locator('span', { hasText: 'to_group' }).hover();
  const doc = page.locator('.cm-tooltip-hover .pm-doc');
  assert.match(await textOf(doc, problems), /to_group\(.*group name.*\) -> Effects/s);
  await close();
});

test('a file can be added, and what is wrong with it is told at once', async () => {
  const { page, problems, close } = await open({ locale: 'en-GB' });
  await complete(page);
  await page.getByRole('button', { name: 'New file' }).click();
  await page.getByRole('textbox', { name: 'Path of the file' }).fill('rules/300-extra.toml');
  await page.keyboard.press('Enter');
  await page.locator('[data-testid="editor"][data-file="rules/300-extra.toml"]').waitFor();
  await page.locator('.cm-content').click();
  await page.keyboard.insertText('[then]\ngruop = "vip"\n');
  const line = page.getByTestId('problems').locator('[data-code="R102"]');
  assert.match(await textOf(line, problems), /gruop.*group.*Ln 2, Col 1/s);
  // On the Chinese page it is said in Chinese what it is, before the engine's own words.
  await page.getByTestId('language').click();
  await page.getByRole('menuitem', { name: '中文' }).click();
  assert.match(await textOf(line.filter({ hasText: '第 2 行' }), problems), /没有这个字段.*gruop/s);
  assert.deepEqual(problems, []);
  await close();
});

test('a visitor who wants a refund goes to after-sales, and the trace names the rule and the word', async () => {
  const { page, problems, close } = await open({ hash: '#tab=visitor' });
  await page.getByTestId('message').fill('😭我要退款');
  const rule = page.getByTestId('rules').locator('[data-rule="90-refund"][data-outcome="matched"]');
  assert.match(await textOf(rule, problems), /退款退货转售后.*售后/s);
  assert.equal(await page.getByTestId('said').locator('mark').first().textContent(), '退款');
  assert.match(await textOf(page.getByTestId('candidates').first(), problems), /售后/);
  assert.match(await textOf(page.getByTestId('outcome'), problems), /^分配给/);
  assert.deepEqual(problems, []);
  await close();
});

test('the rule tests run, and one goes red when its rule is changed', async () => {
  const { page, problems, close } = await open({ hash: '#tab=tests&file=rules/90-refund.toml' });
  const badge = page.getByTestId('tests-badge');
  assert.match(await textOf(badge, problems), /^(\d+)\/\1$/);
  await cursorBehind(page, 'group = "after-sales"');
  for (let at = 0; at < '"after-sales"'.length; at += 1) await page.keyboard.press('Backspace');
  await page.keyboard.insertText('"presale"');
  await page.locator('[data-testid="tests-badge"][data-failed="true"]').waitFor();
  const red = page.getByTestId('tests').locator('[data-passed="false"]').first();
  assert.match(await textOf(red, problems), /group.*after-sales/s);
  await close();
});

test('what was changed is still there after a reload', async () => {
  const { page, close } = await open({ hash: '#file=rules/90-refund.toml' });
  await cursorBehind(page, '退款退货转售后');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.insertText('！');
  await page.waitForTimeout(300);
  await page.reload();
  await page.locator('.cm-line', { hasText: '退款退货转售后！' }).waitFor();
  await close();
});

test('a long run shows its progress and can be stopped, with what there is so far', async () => {
  const { page, problems, close } = await open({ locale: 'en-GB', hash: '#file=scenarios/weekday.toml&scenario=weekday' });
  await complete(page);
  await cursorBehind(page, 'length = "24h"');
  for (let at = 0; at < '"24h"'.length; at += 1) await page.keyboard.press('Backspace');
  await page.keyboard.insertText('"300d"');
  await page.locator('[data-testid="run"]:enabled').waitFor();
  await page.waitForTimeout(400);
  await page.getByTestId('run').click();
  await page.getByRole('progressbar').waitFor();
  await page.getByTestId('cancel').click();
  await page.locator('[data-testid="run-line"][data-ended="cancelled"]').waitFor({ timeout: 5_000 });
  assert.match(await textOf(page.getByTestId('run-line'), problems), /Stopped/);
  await page.getByTestId('run').waitFor();
  await close();
});

test('language and appearance change at once and are kept', async () => {
  const { page, close } = await open();
  await page.getByTestId('language').click();
  await page.getByRole('menuitem', { name: 'English' }).click();
  await page.getByRole('tab', { name: 'Be a visitor' }).waitFor();
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await page.getByTestId('theme').click();
  await page.getByRole('menuitem', { name: 'Dark' }).click();
  await page.locator('html[data-theme="dark"]').waitFor({ state: 'attached' });
  assert.notEqual(await ground(), light);
  await page.reload();
  await page.getByRole('tab', { name: 'Be a visitor' }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
  await close();
});

test('a link brings back the tab, the file, the scenario and the seed', async () => {
  const { page, close } = await open({ hash: '#tab=simulate&file=groups.toml&scenario=night&seed=42' });
  await complete(page);
  await page.locator('[data-testid="editor"][data-file="groups.toml"]').waitFor();
  const first = await page.getByTestId('digest').getAttribute('data-text');
  await page.goto(`${site.url}#file=groups.toml&scenario=night&seed=43`);
  await page.waitForFunction(
    (digest) => document.querySelector('[data-testid="digest"]')?.getAttribute('data-text') !== digest,
    first,
  );
  await page.goBack();
  await page.waitForFunction(
    (digest) => document.querySelector('[data-testid="digest"]')?.getAttribute('data-text') === digest,
    first,
  );
  await close();
});
