/** An admin makes a rule test of a conversation that went as it should, and is told when an edit breaks it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchBrowser, newContext, serveStatic, textOf, typeOver, watchProblems } from './support.mjs';

let browser;
let site;

before(async () => {
  [browser, site] = await Promise.all([launchBrowser(), serveStatic()]);
});

after(async () => {
  await browser?.close();
  await site?.close();
});

test('what went right once is held against every edit from then on', async () => {
  const context = await newContext(browser, { locale: 'en-GB', viewport: { width: 1280, height: 720 } });
  const page = await context.newPage();
  const problems = watchProblems(page);
  await page.goto(`${site.url}#tenant=shop&tab=visitor&file=rules/90-refund.toml`);
  const badge = page.getByTestId('tests-badge');
  const [before] = (await textOf(badge, problems)).split('/').map(Number);

  await page.getByTestId('message').fill('"退款"怎么还没到?');
  await page.locator('[data-testid="said"]', { hasText: '怎么还没到' }).waitFor();
  await page.getByTestId('keep-test').click();
  await page.getByTestId('test-name').fill('refund "not there yet"');
  await page.keyboard.press('Enter');
  await page.waitForURL(/tab=tests/);
  await page.locator('[data-testid="tests-badge"]', { hasText: `${before + 1}/${before + 1}` }).waitFor();
  await page.getByTestId('tests').getByText('refund "not there yet"').waitFor();

  // The rule that sends it there is broken.
  await typeOver(page, 'group = "after-sales"', 'group = "presale"');
  await page.locator('[data-testid="tests-badge"][data-failed="true"]').waitFor();
  const first = await page.getByTestId('tests').locator('li').allTextContents();
  assert.ok(first.some((line) => line.includes('not there yet') && line.includes('after-sales')), first.slice(0, 6).join('\n'));
  assert.deepEqual(problems, []);
  await context.close();
});
