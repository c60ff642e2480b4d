/** An admin draws the traffic to try: by dragging, by keyboard, from a recording. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launchBrowser, serveStatic, openPage } from './support.mjs';

const recorded = fileURLToPath(new URL('../../../examples/shop-arrivals.csv', import.meta.url));

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
  const opened = await openPage(browser, `${site.url}#tenant=shop&file=scenarios/promo-peak.toml&scenario=promo-peak`);
  await opened.page.locator('[data-testid="run-line"][data-ended="complete"]').waitFor({ timeout: 30_000 });
  return opened;
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

const csv = (text) => ({ name: 'data.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
const fileInput = (page) => page.locator('input[type=file][accept*=csv]');
const line = (page, text) => page.locator('.cm-line', { hasText: text }).first();

test('I take recorded arrivals: am told where a file is wrong, see the fit, hold it against the recording, and simulate', async () => {
  const { page, problems, close } = await open();
  await page.getByTestId('import-arrivals').click();
  const problem = page.getByTestId('import-problem');
  await fileInput(page).setInputFiles(csv('time,count\n2026-03-02 09:00,12\n2026-03-02 10:00,twelve\n'));
  await problem.getByText('Row 3, column “count”: “twelve” is no whole number').waitFor();
  await fileInput(page).setInputFiles(csv('when,how many\n1,2\n'));
  await problem.getByText('the columns are: when, how many').waitFor();
  await fileInput(page).setInputFiles(csv('time,count\n2026-03-02 09:00,12\n2026-03-02 09:40,12\n2026-03-02 10:20,12\n'));
  await problem.getByText('The stretches are 40 minutes long').waitFor();

  await fileInput(page).setInputFiles(recorded);
  await page.getByTestId('recorded').getByText('3,360 rows, 35 days').waitFor();
  assert.equal(await problem.count(), 0);
  const dispersion = await page.getByTestId('dispersion').textContent();
  assert.match(dispersion, /Days vary by \d+\.\d%.*correlation from one to the next 0\.\d\d/s);
  await page.getByTestId('trial').click();
  await page.getByTestId('trial-chart').getByText('20 days simulated. The file has numbers and no waits').waitFor({ timeout: 120_000 });
  await page.getByRole('button', { name: 'Use them' }).click();
  await line(page, 'website = { mon = [').waitFor();
  // The picture shows each kind of day by itself.
  await page.getByTestId('arrivals-channel').click();
  await page.locator('.ant-select-item-option', { hasText: '· mon' }).first().waitFor();
  await page.keyboard.press('Escape');
  await runAgain(page);
  assert.deepEqual(problems, []);
  await close();
});

test('I set the intents from labelled messages; handle times stay', async () => {
  const { page, problems, close } = await open();
  await page.getByTestId('import-messages').click();
  await fileInput(page).setInputFiles(csv('text,intent\n我要退款,refund\n\n在吗,\n'));
  await page.getByTestId('import-problem').getByText('Row 4, column “intent”: there is nothing in it').waitFor();
  await fileInput(page).setInputFiles(csv('text,intent\n我要退款,refund\n退钱,refund\n会员怎么续费,membership\n'));
  await page.getByTestId('messages').getByText('new: 6 minutes, assumed').waitFor();
  await page.getByRole('button', { name: 'Use them' }).click();
  // The editor draws only the lines that are in view.
  const scroller = page.locator('.cm-scroller').first();
  for (let top = 0; top < 20_000 && (await line(page, 'share = 0.6667').count()) === 0; top += 300) {
    await scroller.evaluate((element, to) => element.scrollTo(0, to), top);
    await page.waitForTimeout(60);
  }
  await line(page, 'share = 0.6667').waitFor();
  await runAgain(page);
  assert.deepEqual(problems, []);
  await close();
});

test('I begin a scenario from one that is there, and change it by form: the file says so and keeps its comments', async () => {
  const { page, problems, close } = await open();
  await page.getByTestId('new-scenario').click();
  await page.getByRole('menuitem', { name: '产品出事' }).click();
  await page.getByRole('textbox', { name: 'File name' }).fill('recall');
  await page.getByRole('button', { name: 'Create' }).click();
  await line(page, 'name = "recall"').waitFor();
  await page.locator('[data-testid="run-line"][data-ended="complete"]').waitFor({ timeout: 30_000 });
  await page.getByTestId('open-settings').click();
  const drawer = page.getByTestId('scenario-settings');
  const returning = drawer.getByRole('spinbutton', { name: 'Share of returning customers' });
  await returning.fill('60');
  await line(page, 'returning = 0.6').waitFor();
  const patience = drawer.getByRole('textbox', { name: 'Mean patience' });
  await patience.fill('2m30s');
  await patience.press('Enter');
  await line(page, 'patience = { mean = "2m30s"').waitFor();
  await drawer.getByRole('spinbutton', { name: 'Share of quality' }).fill('30');
  await drawer.getByRole('button', { name: 'Add an incident' }).click();
  await page.waitForFunction(() => document.querySelectorAll('[data-testid="scenario-settings"] [aria-label="Which kind"]').length >= 3);
  // Twice before the first is done: one line goes, not the one after it as well.
  const kinds = drawer.getByLabel('Which kind');
  const before = await kinds.count();
  await drawer.getByRole('button', { name: 'Remove' }).nth(-2).evaluate((button) => {
    button.click();
    button.click();
  });
  await page.waitForFunction((count) => document.querySelectorAll('[data-testid="scenario-settings"] [aria-label="Which kind"]').length < count, before);
  // Changes wait their turn: when this one shows, the second "remove" has been decided.
  await returning.fill('50');
  await line(page, 'returning = 0.5').waitFor();
  assert.equal(await kinds.count(), before - 1);
  await page.keyboard.press('Escape');
  await drawer.waitFor({ state: 'detached' });
  await line(page, '# 产品出事').waitFor();
  await runAgain(page);
  assert.deepEqual(problems, []);
  await close();
});
