/** An admin sends what they see to a colleague, by link and by file. */
import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { launchBrowser, newContext, serveStatic, textOf, typeOver, watchProblems } from './support.mjs';
import { drawn, goTo, shown } from './floor-page.mjs';

let browser;
let site;

before(async () => {
  [browser, site] = await Promise.all([launchBrowser(), serveStatic()]);
});

after(async () => {
  await browser?.close();
  await site?.close();
});

async function open(address) {
  const context = await newContext(browser, {
    locale: 'en-GB',
    viewport: { width: 1280, height: 720 },
    permissions: ['clipboard-read', 'clipboard-write'],
    acceptDownloads: true,
  });
  const page = await context.newPage();
  const problems = watchProblems(page);
  await page.goto(address);
  return { page, problems, close: () => context.close() };
}

async function digest(page) {
  await page.locator('[data-testid="run-line"][data-ended="complete"]').waitFor({ timeout: 30_000 });
  return page.getByTestId('digest').getAttribute('data-text');
}

/** Sends every refund to presale. */
async function edit(page) {
  await typeOver(page, 'group = "after-sales"', 'group = "presale"');
  await page.locator('[data-testid="tests-badge"][data-failed="true"]').waitFor();
}

async function choose(page, item) {
  await page.getByTestId('share').click();
  await page.getByRole('menuitem', { name: item }).click();
}

const injected = (page) => page.getByTestId('injections').locator('li').allTextContents();

const START = '#tenant=shop&file=rules/90-refund.toml&scenario=weekday&seed=11';

test('a colleague who opens my link sees my edit and the same result', async () => {
  const mine = await open(`${site.url}${START}`);
  const before = await digest(mine.page);
  await edit(mine.page);
  await mine.page.getByTestId('run').click();
  await mine.page.waitForFunction((old) => document.querySelector('[data-testid="digest"]')?.getAttribute('data-text') !== old, before);
  const after = await digest(mine.page);
  await choose(mine.page, 'Copy a link');
  await mine.page.getByText('Copied:').waitFor();
  const link = await mine.page.evaluate(() => navigator.clipboard.readText());
  assert.ok(link.includes('&draft=1.') && link.length < 1_000, link);

  const theirs = await open(link);
  await theirs.page.getByText('Opened with the changes').waitFor();
  await theirs.page.locator('.cm-line', { hasText: 'group = "presale"' }).first().waitFor();
  await theirs.page.waitForFunction((wanted) => document.querySelector('[data-testid="digest"]')?.getAttribute('data-text') === wanted, after);
  assert.ok(!theirs.page.url().includes('draft='), 'the changes are a draft now');

  // Once more, over changes of their own: they are asked.
  await theirs.page.locator('.cm-line', { hasText: 'group = "presale"' }).first().click();
  await theirs.page.keyboard.press('End');
  await theirs.page.keyboard.type(' # mine');
  await theirs.page.goto('about:blank');
  await theirs.page.goto(link);
  await theirs.page.getByRole('button', { name: 'Keep mine' }).click();
  await theirs.page.locator('.cm-line', { hasText: '# mine' }).first().waitFor();
  assert.deepEqual([...mine.problems, ...theirs.problems], []);
  await mine.close();
  await theirs.close();
});

test('a colleague who opens my link or file of the floor sees the same instant, with what I did to the day', async () => {
  const mine = await open(`${site.url}${START}&tab=floor`);
  await mine.page.getByTestId('floor').waitFor({ timeout: 30_000 });
  await drawn(mine.page);
  await goTo(mine.page, 0.43);
  // Somebody who is busy goes home, refunds go to presale from now on, and an hour later I look.
  await mine.page.locator('[data-agent][data-presence="online"]:not([data-open="0"])').first().focus();
  await mine.page.keyboard.press('Enter');
  await mine.page.getByTestId('agent-leaves').click();
  await mine.page.getByTestId('injections').locator('li').nth(0).waitFor();
  await typeOver(mine.page, 'group = "after-sales"', 'group = "presale"');
  await mine.page.getByTestId('reopen').waitFor();
  await mine.page.getByTestId('inject').click();
  await mine.page.locator('[data-testid="inject-swap"]:enabled').click();
  await mine.page.getByTestId('injections').locator('li').nth(1).waitFor();
  await goTo(mine.page, 0.6);
  await choose(mine.page, 'Copy a link');
  await mine.page.getByText('Copied:').waitFor();
  const link = await mine.page.evaluate(() => navigator.clipboard.readText());
  assert.ok(link.includes('&floor=1.') && link.length < 2_000, link);

  const isAsMine = async ({ page }) => {
    await page.getByText('Opened with the changes').waitFor();
    await page.getByTestId('injections').locator('li').nth(1).waitFor({ timeout: 30_000 });
    await drawn(page);
    await page.waitForFunction(
      (at) => document.querySelector('[data-testid="clock"]')?.getAttribute('data-at') === at,
      await mine.page.getByTestId('clock').getAttribute('data-at'),
    );
    assert.deepEqual(await shown(page), await shown(mine.page));
    assert.deepEqual(await injected(page), await injected(mine.page));
  };
  const byLink = await open(link);
  await isAsMine(byLink);
  assert.ok(!byLink.page.url().includes('floor=1'), 'the address is short again');

  const [saved] = await Promise.all([mine.page.waitForEvent('download'), choose(mine.page, 'Download this run')]);
  assert.equal(saved.suggestedFilename(), 'shop-weekday-11.pointsman.json');
  const byFile = await open(`${site.url}#tenant=saas-en`);
  await digest(byFile.page);
  await byFile.page.getByTestId('open-run').setInputFiles(await saved.path());
  await isAsMine(byFile);
  for (const { problems, close } of [mine, byLink, byFile]) {
    assert.deepEqual(problems, []);
    await close();
  }
});

test('a day on the floor that is as its scenario has it needs no more than the address', async () => {
  const { page, problems, close } = await open(`${site.url}${START}&tab=floor`);
  await page.getByTestId('floor').waitFor({ timeout: 30_000 });
  await choose(page, 'Copy a link');
  await page.getByText('Copied:').waitFor();
  assert.doesNotMatch(await page.evaluate(() => navigator.clipboard.readText()), /floor=1|draft=/);
  assert.deepEqual(problems, []);
  await close();
});

test('a link of the floor that asks for what cannot be done says so, and shows the day as it comes', async () => {
  const at = Date.parse('2026-03-04T10:00:00+08:00');
  const day = { at, began: null, injections: [{ at, kind: 'agent-leaves', agent: 'nobody-of-that-name' }] };
  const packed = `1.${deflateRawSync(JSON.stringify(day)).toString('base64url')}`;
  const { page, problems, close } = await open(`${site.url}${START}&tab=floor&floor=${packed}`);
  assert.match(await textOf(page.getByTestId('trouble'), problems), /nobody-of-that-name/);
  await drawn(page);
  await page.waitForFunction((at) => document.querySelector('[data-testid="clock"]')?.getAttribute('data-at') === String(at), at);
  await page.locator('[data-agent]').first().waitFor();
  assert.equal(await page.getByTestId('injections').count(), 0);
  assert.deepEqual(problems, []);
  await close();
});

test('a link that lost its end, or of another version, opens nothing and says so', async () => {
  for (const [draft, words] of [['1.q1YqSyzJ', 'incomplete'], ['7.abc', 'another version']]) {
    const { page, problems, close } = await open(`${site.url}${START}&draft=${draft}`);
    await page.getByText(words).waitFor();
    await digest(page);
    assert.deepEqual(problems, []);
    await close();
  }
});

test('a run that I saved opens with the very same result, and a damaged file does not', async () => {
  const { page, problems, close } = await open(`${site.url}${START}`);
  await digest(page);
  const [saved] = await Promise.all([page.waitForEvent('download'), choose(page, 'Download this run')]);
  assert.equal(saved.suggestedFilename(), 'shop-weekday-11.pointsman.json');
  const path = join(tmpdir(), `pointsman-${process.pid}.json`);
  await saved.saveAs(path);
  const [table] = await Promise.all([page.waitForEvent('download'), choose(page, 'Export a table')]);
  assert.match(await readFile(await table.path(), 'utf8'), /^\ufeffof,name,conversations,.*\r\nall,,\d+,/);

  const other = await open(`${site.url}#tenant=saas-en`);
  await digest(other.page);
  await other.page.getByTestId('open-run').setInputFiles(path);
  await other.page.getByText('byte for byte').waitFor({ timeout: 30_000 });
  assert.match(other.page.url(), /tenant=shop.*scenario=weekday.*seed=11/);

  await writeFile(path, (await readFile(path, 'utf8')).slice(0, 500));
  await other.page.getByTestId('open-run').setInputFiles(path);
  await other.page.getByText('nothing was opened').waitFor();
  await rm(path);
  assert.deepEqual([...problems, ...other.problems], []);
  await close();
  await other.close();
});
