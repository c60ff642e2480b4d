/** An admin is told what is wrong with the rules before a visitor feels it, and sees it happen. */
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

test('a rule that I made unreachable is found, and a visitor shows it', async () => {
  const context = await newContext(browser, { locale: 'en-GB', viewport: { width: 1280, height: 720 } });
  const page = await context.newPage();
  const problems = watchProblems(page);
  await page.goto(`${site.url}#tenant=shop&tab=analysis&file=rules/90-refund.toml`);
  const summary = page.getByTestId('analysis-summary');
  await textOf(summary, problems, 60_000);
  assert.equal(await summary.getAttribute('data-faults'), '0', 'the example is sound');

  // Nobody has all of these.
  await typeOver(page, 'skills = ', 'skills = ["invoice", "sizing", "tracking", "refund", "complaint"]');
  await page.locator('[data-testid="analysis-summary"]:not([data-faults="0"])').waitFor({ timeout: 60_000 });
  const fault = page.getByTestId('analysis').locator('li[data-grade="fault"]').first();
  assert.match(await fault.textContent(), /refund|退款/i);
  assert.notEqual(await fault.getAttribute('data-status'), 'unknown');

  // In the page's language, with the names that people know; the engine's own words stand beside it.
  await page.getByTestId('language').click();
  await page.getByRole('menuitem', { name: '中文' }).click();
  assert.match(await fault.locator('p').nth(1).textContent(), /规则「.+」/);
  assert.doesNotMatch(await fault.locator('p').nth(1).textContent(), /[a-z]{4,} [a-z]{2,}/, 'nothing of it is English');
  assert.match(await fault.locator('details [lang="en"]').textContent(), /rule \d+-[a-z-]+/);

  await fault.getByTestId('open-witness').click();
  await page.waitForURL(/tab=visitor/);
  await page.getByTestId('route').waitFor();
  assert.notEqual(await page.getByTestId('message').inputValue(), '');
  assert.deepEqual(problems, []);
  await context.close();
});
