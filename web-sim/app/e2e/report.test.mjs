/** An admin sends what a run has come to to somebody who has no Pointsman: as one file, the same wherever it was made. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { candidates, openPublishing } from './publish-answers.mjs';
import { hostProgram, launchBrowser, newContext, openPage, serveStatic, textOf, watchProblems } from './support.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const run = promisify(execFile);

let browser;
let site;
let folder;

before(async () => {
  [browser, site, folder] = await Promise.all([launchBrowser(), serveStatic(), mkdtemp(join(tmpdir(), 'pointsman-'))]);
});

after(async () => {
  await browser?.close();
  await site?.close();
  await rm(folder, { recursive: true, force: true });
});

function open(hash, locale = 'en-GB') {
  return openPage(browser, `${site.url}${hash}`, { locale });
}

/** Takes a file from the menu "Share". */
async function shared(page, name) {
  await page.getByTestId('share').click();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name }).click()]);
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') };
}

/** What the command line writes. */
async function native(name, ...args) {
  const file = join(folder, name);
  await run(hostProgram, ['simulate', ...args, '--html', file], { maxBuffer: 64 << 20 });
  return { file, text: await readFile(file, 'utf8') };
}

/** A report as its reader has it: alone, without script, nothing fetched, nothing that axe finds. */
async function readAlone(file, colorScheme) {
  // A script of the test's own must run, for axe; the file itself has none.
  const context = await newContext(browser, { colorScheme, bypassCSP: true, viewport: { width: 1280, height: 720 } });
  const page = await context.newPage();
  const problems = watchProblems(page);
  const fetched = [];
  page.on('request', (request) => fetched.push(request.url()));
  await page.goto(pathToFileURL(file).href);
  assert.deepEqual(fetched, [pathToFileURL(file).href], 'nothing is fetched from elsewhere');
  assert.equal(await page.locator('script').count(), 0);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(' ')}`), []);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `it is ${wide} px wider than the window`);
  assert.deepEqual(problems, []);
  await context.close();
}

for (const [locale, item, lang] of [
  ['en-GB', 'Report of the simulation (HTML)', 'en'],
  ['zh-CN', '仿真报告（HTML）', 'zh'],
]) {
  test(`the report of my run is the one that the command line writes, byte for byte (${lang})`, async () => {
    const { page, problems, close } = await open('#tenant=shop&scenario=weekday&seed=11', locale);
    await page.locator('[data-testid="run-line"][data-ended="complete"]').waitFor({ timeout: 30_000 });
    const file = await shared(page, item);
    assert.equal(file.name, 'shop-weekday-11.html');
    const told = await native(`run-${lang}.html`, `${root}examples/shop`, '--scenario', 'weekday', '--seed', '11', '--lang', lang);
    assert.equal(file.text, told.text);
    for (const scheme of ['light', 'dark']) await readAlone(told.file, scheme);
    assert.deepEqual(problems, []);
    await close();
  });
}

test('the report of my comparison says what the page says, and what the command line says', async () => {
  const { page, problems, close } = await open('#tenant=shop&tab=compare&scenario=weekday');
  await page.getByTestId('runs').fill('3');
  await page.getByTestId('candidate').locator('input').focus();
  await page.keyboard.type('退款');
  await page.locator('.ant-select-item-option', { hasText: '退款' }).first().waitFor();
  await page.keyboard.press('Enter');
  await page.getByTestId('compare').click();
  await page.locator('[data-testid="comparison"][data-seeds="3"][data-stale="false"]').waitFor({ timeout: 60_000 });
  await page.getByTestId('compare').waitFor();
  const file = await shared(page, 'Report of the comparison (HTML)');

  const draft = join(folder, 'draft');
  await cp(`${root}examples/shop`, draft, { recursive: true });
  await rm(join(draft, 'rules', '90-refund.toml'));
  await rm(join(draft, 'tests'), { recursive: true });
  const told = await native('comparison.html', draft, '--scenario', 'weekday', '--seed', '7', '--runs', '3', '--compare', `${root}examples/shop`);
  assert.equal(file.text, told.text);
  for (const scheme of ['light', 'dark']) await readAlone(told.file, scheme);

  // The same sentences and the same figures as on the page.
  const report = await browser.newPage();
  await report.goto(pathToFileURL(told.file).href);
  const said = (from, where) => from.locator(where).allTextContents();
  assert.deepEqual(await said(page, '[data-testid="sentences"] li'), await said(report, '.said li'));
  const rows = page.getByTestId('differences').locator('tbody tr');
  const told_rows = report.locator('section:has(h2:text-is("Differences")) tbody tr');
  assert.equal(await rows.count(), await told_rows.count());
  for (let at = 0; at < (await rows.count()); at++) {
    const cells = async (row) => [await row.locator('th').textContent(), ...(await row.locator('td').allTextContents()).slice(0, 3)];
    assert.deepEqual(await cells(told_rows.nth(at)), await cells(rows.nth(at)));
  }
  await report.close();
  assert.deepEqual(problems, []);
  await close();
});

test('the report that a host has of a candidate opens in a tab of its own', async () => {
  const { page, close } = await open('#tenant=shop&scenario=weekday&seed=3&tab=tests');
  const { stdout } = await run(hostProgram, ['simulate', `${root}examples/shop`, '--scenario', 'weekday', '--seed', '3', '--format', 'json'], { maxBuffer: 64 << 20 });
  const report = JSON.parse(stdout);
  candidates.simulated = { ...candidates.checked, stage: 'simulated', has_report: true };
  await openPublishing(page, 'simulated', { '/v1/rulesets/candidates/3/report': report });
  const [tab] = await Promise.all([page.waitForEvent('popup'), page.getByTestId('open-report').click()]);
  assert.match(await textOf(tab.locator('.facts').first(), []), new RegExp(report.digest));

  // One that another engine made is not shown half.
  await page.route('**/v1/rulesets/candidates/3/report', (route) => route.fulfill({ json: { scenario: 'x', seed: 1 } }));
  await page.getByTestId('open-report').click();
  await page.getByText('another version of the engine').waitFor();
  await close();
});
