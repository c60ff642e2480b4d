/** An admin asks what a change would do to the whole floor before anybody feels it. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { hostProgram, launchBrowser, leaveOut, serveStatic, textOf, openPage } from './support.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const run = promisify(execFile);
const RULE = '90-refund';

let browser;
let site;

before(async () => {
  [browser, site] = await Promise.all([launchBrowser(), serveStatic()]);
});

after(async () => {
  await browser?.close();
  await site?.close();
});

function open(hash) {
  return openPage(browser, `${site.url}${hash}`);
}

async function compared(page, seeds) {
  await page.locator(`[data-testid="comparison"][data-seeds="${seeds}"][data-stale="false"]`).waitFor({ timeout: 60_000 });
  await page.getByTestId('compare').waitFor();
}

test('I see what the floor would be like without a rule, and who would go elsewhere because of it', async () => {
  const { page, problems, close } = await open('#tenant=shop&tab=compare&scenario=weekday');
  await page.getByTestId('runs').fill('4');
  assert.ok(await page.getByTestId('compare').isDisabled(), 'nothing is changed yet');
  await leaveOut(page, '退款');
  await page.getByTestId('compare').click();
  await compared(page, 4);

  const folder = await mkdtemp(join(tmpdir(), 'pointsman-'));
  await cp(`${root}examples/shop`, folder, { recursive: true });
  await rm(join(folder, 'rules', `${RULE}.toml`));
  await rm(join(folder, 'tests'), { recursive: true });
  const args = ['--format', 'json', 'simulate', folder, '--scenario', 'weekday', '--seed', '7', '--runs', '4', '--compare', `${root}examples/shop`];
  const { stdout } = await run(hostProgram, args, { maxBuffer: 64 << 20 });
  await rm(folder, { recursive: true });
  const native = JSON.parse(stdout);

  const shown = await page.getByTestId('differences').locator('tr[data-measure="misrouted"]').textContent();
  const misrouted = native.differences.find(({ measure, group }) => measure === 'misrouted' && group === null);
  assert.equal(misrouted.verdict, 'worse');
  const points = (value) => (value * 100).toFixed(1);
  assert.ok(shown.includes(`${points(misrouted.candidate)}%`), `${shown}: the command line says ${points(misrouted.candidate)} %`);
  assert.ok(shown.includes(`+${points(misrouted.difference.mean)}`), shown);
  assert.ok(shown.includes(`± ${points(misrouted.difference.half_width)}`), shown);

  const moved = await textOf(page.getByTestId('moved-line'), problems);
  assert.ok(moved.startsWith(Math.round(native.moved.elsewhere).toString()), `${moved}: the command line says ${native.moved.elsewhere}`);
  assert.ok((await page.getByTestId('sentences').locator('li').count()) >= 3);

  const way = page.getByTestId('ways').locator('li').first();
  assert.equal(await way.getAttribute('data-cause'), 'rules');
  await way.getByRole('button').first().click();
  const said = way.locator('table button').first();
  const words = await said.textContent();
  await said.click();
  await page.waitForURL(/tab=visitor/);
  await page.waitForFunction((words) => document.querySelector('[data-testid="message"]')?.value === words, words);
  assert.deepEqual(problems, []);
  await close();
});

test('a comparison that takes too long stops when I say so, and keeps what it has', async () => {
  const { page, problems, close } = await open('#tenant=shop&tab=compare&scenario=promo-peak');
  await page.getByTestId('runs').fill('100');
  await leaveOut(page, '退款');
  await page.getByTestId('compare').click();
  await page.locator('[data-testid="comparison"]').waitFor({ timeout: 60_000 });
  await page.getByTestId('cancel-compare').click();
  await page.getByTestId('compare').waitFor({ timeout: 3_000 });
  const seeds = Number(await page.getByTestId('comparison').getAttribute('data-seeds'));
  assert.ok(seeds >= 1 && seeds < 100, `${seeds} seeds`);
  assert.deepEqual(problems, []);
  await close();
});
