/** An admin draws the traffic to try: by dragging, by keyboard, from a recording. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchBrowser, serveStatic, watchProblems } from './support.mjs';

let browser;
let site;

before(async () => {
  [browser, site] = await Promise.all([launchBrowser(), serveStatic()]);
});

after(async () => {
  await browser?.close();
  await site?.close();
});

async function open() {
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 720 } });
  const page = await context.newPage();
  const problems = watchProblems(page);
  await page.goto(`${site.url}#tenant=shop&file=scenarios/promo-peak.toml&scenario=promo-peak`);
  await page.locator('[data-testid="run-line"][data-ended="complete"]').waitFor({ timeout: 30_000 });
  return { page, problems, close: () => context.close() };
}

const conversations = async (page) => Number((await page.getByTestId('run-line').textContent()).match(/^([\d,]+)/)[1].replaceAll(',', ''));

async function runAgain(page) {
  const old = await page.getByTestId('digest').getAttribute('data-text');
  await page.getByTestId('run').click();
  await page.waitForFunction((old) => document.querySelector('[data-testid="digest"]')?.getAttribute('data-text') !== old, old);
  await page.locator('[data-testid="run-line"][data-ended="complete"]').waitFor();
}

test('I drag the night up, and more conversations come', async () => {
  const { page, problems, close } = await open();
  const before = await conversations(page);
  const box = await page.getByTestId('arrivals').boundingBox();
  const column = (box.width - 34) / 24;
  const middle = (hour) => box.x + 34 + (hour + 0.5) * column;
  await page.mouse.move(middle(3), box.y + box.height - 20);
  await page.mouse.down();
  await page.mouse.move(middle(3), box.y + 10, { steps: 4 });
  await page.mouse.move(middle(4), box.y + 10, { steps: 2 });
  await page.mouse.up();
  await page.locator('.cm-line', { hasText: 'website = [' }).first().waitFor();
  const website = await page.locator('.cm-line', { hasText: 'website = [' }).first().textContent();
  const rates = website.match(/\[(.*)\]/)[1].split(',').map(Number);
  assert.ok(rates[3] > 150 && rates[4] > 100, `the website's share of what was drawn: ${website}`);
  assert.equal(rates[0], 113.6, 'other hours stay as they are');
  await runAgain(page);
  const after = await conversations(page);
  assert.ok(after > before + 1_000, `${before} before, ${after} after`);

  // One channel alone, by keyboard.
  await page.getByTestId('arrivals-channel').click();
  await page.locator('.ant-select-item-option', { hasText: 'App' }).click();
  await page.getByTestId('arrivals').focus();
  const rate = Number(await page.getByTestId('rate').inputValue());
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowUp');
  await page.waitForFunction((rate) => Number(document.querySelector('input[data-testid="rate"], [data-testid="rate"] input')?.value) > rate, rate);
  assert.deepEqual(problems, []);
  await close();
});

test('I take recorded arrivals, and am told where a file is wrong', async () => {
  const { page, problems, close } = await open();
  await page.getByTestId('import-arrivals').click();
  const input = page.locator('input[type=file][accept*=csv]');
  const file = (text) => ({ name: 'arrivals.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  await input.setInputFiles(file('time,count\n2026-03-02 09:00,12\n2026-03-02 10:00,twelve\n'));
  await page.getByText('Row 3, column “count”: “twelve”').waitFor();
  await input.setInputFiles(file('when,how many\n1,2\n'));
  await page.getByText('the columns are: when, how many').waitFor();
  await input.setInputFiles(file('time,channel,count\n2026-03-02 09:00,app,40\n2026-03-02 09:30,app,20\n2026-03-03 09:15,app,60\n2026-03-03 20:00,app,10\n'));
  await page.getByTestId('recorded').getByText('4 rows, 2 days, 130 conversations').waitFor();
  await page.getByRole('button', { name: 'Use them' }).click();
  const app = await page.locator('.cm-line', { hasText: /^app = \[/ }).first().textContent();
  const rates = app.match(/\[(.*)\]/)[1].split(',').map(Number);
  assert.deepEqual([rates[8], rates[9], rates[20]], [0, 60, 5], app);
  await runAgain(page);
  assert.deepEqual(problems, []);
  await close();
});
