/** An admin sees that something got worse and asks which of their edits did it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchBrowser, serveStatic, textOf, openPage, typeOver } from './support.mjs';

let browser;
let site;

before(async () => {
  [browser, site] = await Promise.all([launchBrowser(), serveStatic()]);
});

after(async () => {
  await browser?.close();
  await site?.close();
});

async function open(hash) {
  const opened = await openPage(browser, `${site.url}${hash}`);
  await opened.page.locator('[data-testid="tests-badge"]').waitFor({ timeout: 30_000 });
  return opened;
}

/** Writes another line in the place of the first that has these words. */
async function goTo(page, file) {
  await page.evaluate((file) => {
    const values = new URLSearchParams(location.hash.slice(1));
    values.set('file', file);
    location.hash = values.toString();
  }, file);
  await page.waitForTimeout(300);
}

const ready = '[data-testid="blame-body"][data-ready="true"]';

test('of two edits, the one that sends a visitor elsewhere is named, and a click leads to its line', async () => {
  const { page, problems, close } = await open('#tenant=shop&tab=visitor&file=rules/90-refund.toml');
  await page.getByTestId('message').fill('我要退款');
  assert.equal(await page.getByTestId('ask-blame').count(), 0, 'nothing is changed yet');
  await typeOver(page, 'group = "after-sales"', 'group = "general"');
  await goTo(page, 'rules/10-cooperation.toml');
  await page.locator('.cm-content').click();
  await page.keyboard.press('ControlOrMeta+End');
  await page.keyboard.type('\n# harmless\n');
  await page.locator('[data-testid="ask-blame"]:not([disabled])').click();
  await page.locator(ready).waitFor({ timeout: 30_000 });

  const culprits = page.getByTestId('culprits').locator('li');
  assert.equal(await culprits.count(), 1);
  assert.equal(await culprits.getAttribute('data-name'), '90-refund');
  const evidence = await textOf(page.getByTestId('blame-evidence'), problems);
  assert.match(evidence, /nothing but that changed.*综合|nothing but that changed.*general/s);
  assert.match(await textOf(page.getByTestId('blame-body'), problems), /Certain/);
  const place = culprits.getByRole('button');
  const [, line] = /rules\/90-refund\.toml:(\d+)/.exec(await place.textContent()) ?? [];
  await place.click();
  await page.waitForURL(/90-refund/);
  await page.locator('.cm-activeLine', { hasText: 'group = "general"' }).waitFor();
  assert.ok(Number(line) > 1, `line ${line}`);
  assert.deepEqual(problems, []);
  await close();
});

test('a figure that got worse leads to the change that did it', async () => {
  const { page, problems, close } = await open('#tenant=shop&tab=compare&scenario=weekday&file=rules/90-refund.toml');
  await typeOver(page, 'group = "after-sales"', 'group = "general"');
  await goTo(page, 'rules/10-cooperation.toml');
  await page.locator('.cm-content').click();
  await page.keyboard.press('ControlOrMeta+End');
  await page.keyboard.type('\n# harmless\n');
  await page.getByTestId('runs').fill('3');
  await page.locator('[data-testid="compare"]:not([disabled])').click();
  await page.locator('[data-testid="comparison"][data-seeds="3"]').waitFor({ timeout: 60_000 });
  await page.getByTestId('compare').waitFor();
  const row = page.getByTestId('differences').locator('tr[data-measure="misrouted"][data-verdict="worse"]');
  const worse = await row.locator('td').nth(1).textContent();
  await row.getByTestId('ask-blame').click();
  await page.locator(ready).waitFor({ timeout: 120_000 });
  assert.equal(await page.getByTestId('culprits').locator('li').getAttribute('data-name'), '90-refund');
  const told = await textOf(page.getByTestId('blame-evidence'), problems);
  assert.ok(told.includes(worse), `${told}: the table says ${worse}`);
  assert.deepEqual(problems, []);
  await close();
});

test('a search that takes too long stops when I say so', async () => {
  const { page, problems, close } = await open('#tenant=shop&tab=compare&scenario=promo-peak&file=rules/90-refund.toml');
  await typeOver(page, 'group = "after-sales"', 'group = "general"');
  await page.getByTestId('runs').fill('10');
  await page.locator('[data-testid="compare"]:not([disabled])').click();
  await page.locator('[data-testid="comparison"][data-seeds="10"]').waitFor({ timeout: 120_000 });
  await page.getByTestId('compare').waitFor();
  await page.getByTestId('differences').getByTestId('ask-blame').first().click();
  await page.getByTestId('cancel-blame').click();
  await page.locator(ready).waitFor({ timeout: 3_000 });
  assert.match(await textOf(page.getByTestId('blame-body'), problems), /Stopped/);
  assert.deepEqual(problems, []);
  await close();
});
