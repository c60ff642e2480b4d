/** A supervisor asks how many agents are needed, hour by hour, and gets the numbers that the command line gives. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { hostProgram, launchBrowser, serveStatic, textOf, openPage } from './support.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
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

async function open(hash) {
  const opened = await openPage(browser, `${site.url}${hash}`);
  await opened.page.locator('[data-testid="staff"]:not([disabled])').waitFor({ timeout: 30_000 });
  return opened;
}

test('I see which hours have too few agents, with the very numbers of the command line', async () => {
  const { page, problems, close } = await open('#tenant=saas-en&tab=staffing&seed=3');
  await page.getByTestId('answer').fill('90');
  await page.getByTestId('within').fill('30');
  await page.getByTestId('staffing-runs').fill('2');
  await page.getByTestId('staff').click();
  await page.locator('[data-testid="staffing"][data-whole="true"]').waitFor({ timeout: 300_000 });
  await page.getByTestId('staff').waitFor();

  const slug = await page.evaluate(() => document.querySelector('[data-testid="staffing"]')?.getAttribute('data-scenario'));
  const args = ['--format', 'json', 'staff', `${root}examples/saas-en`, '--scenario', slug, '--answer', '90', '--within', '30', '--seed', '3', '--runs', '2'];
  const { stdout } = await run(hostProgram, args, { maxBuffer: 64 << 20 });
  const native = JSON.parse(stdout).cells.filter(({ conversations }) => conversations > 0);
  const shown = await page.getByTestId('staffing-table').locator('button').evaluateAll((buttons) =>
    buttons.filter(({ textContent }) => textContent !== '').map(({ dataset }) => ({ ...dataset })),
  );
  assert.ok(native.length > 10, `${native.length} hours`);
  assert.equal(shown.length, native.length);
  const text = (number) => (number === null ? '' : String(number));
  for (const { group, hour, scheduled, need } of native) {
    const cell = shown.find((one) => one.group === group && one.hour === String(hour));
    assert.deepEqual(
      [cell?.scheduled, cell?.likely, cell?.sure, cell?.erlangC],
      [String(scheduled), text(need.likely), text(need.sure), text(need.erlang_c)],
      `${group} at ${hour}`,
    );
  }
  const short = native.filter(({ staffed }) => staffed.kind === 'too-few' || staffed.kind === 'never-enough').length;
  assert.match(await textOf(page.getByTestId('staffing-summary'), problems), short === 0 ? /enough agents/ : new RegExp(`\\b${short} hours`));

  // By keyboard alone: into the table, one hour on, its details.
  await page.getByTestId('staffing-table').locator('button[tabindex="0"]').focus();
  await page.keyboard.press('ArrowRight');
  const next = page.locator('button[data-place="0 1"]');
  assert.ok(await next.evaluate((button) => button === document.activeElement));
  await page.keyboard.press('Enter');
  const details = await textOf(page.getByTestId('staffing-cell'), problems);
  assert.match(details, /Likely enough.*Surely enough.*Erlang C/s);

  const html = join(folder, 'staffing.html');
  await run(hostProgram, [...args.slice(2), '--html', html], { maxBuffer: 64 << 20 });
  const [page_html] = await Promise.all([page.waitForEvent('download'), page.getByTestId('staffing-html').click()]);
  assert.equal(await readFile(await page_html.path(), 'utf8'), await readFile(html, 'utf8'), 'the same report, byte for byte');

  const [file] = await Promise.all([page.waitForEvent('download'), page.getByTestId('staffing-csv').click()]);
  const rows = (await readFile(await file.path(), 'utf8')).trim().split('\r\n');
  assert.match(rows[0], /group,name,from,conversations/);
  assert.ok(rows.length > native.length);
  assert.deepEqual(problems, []);
  await close();
});

test('what takes too long stops when I say so, and keeps the hours that were found', async () => {
  const { page, problems, close } = await open('#tenant=shop&tab=staffing&scenario=weekday');
  await page.getByTestId('staffing-runs').fill('20');
  await page.getByTestId('staff').click();
  await page.locator('[data-testid="staffing-table"] button[data-likely]:not([data-likely=""])').first().waitFor({ timeout: 120_000 });
  await page.getByTestId('cancel-staffing').click();
  await page.getByTestId('staff').waitFor({ timeout: 5_000 });
  assert.equal(await page.getByTestId('staffing').getAttribute('data-whole'), 'false');
  const found = page.locator('[data-testid="staffing-table"] button[data-likely]:not([data-likely=""])');
  assert.ok((await found.count()) >= 1);
  assert.deepEqual(problems, []);
  await close();
});
