/** An admin finds a conversation that a change moves, and asks why, agent by agent, until the answer is a rule test. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { hostProgram, launchBrowser, serveStatic, openPage, typeOver } from './support.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const run = promisify(execFile);

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

/** What the command line says of the same conversation. */
async function native(tenant, scenario, seed, conversation, ...more) {
  const args = ['--format', 'json', 'explain', `${root}examples/${tenant}`, '--scenario', scenario, '--seed', seed, '--conversation', conversation, ...more];
  const { stdout } = await run(hostProgram, args.map(String), { maxBuffer: 64 << 20 });
  return JSON.parse(stdout);
}

test('I find a conversation that my change moves, ask why not another agent, and keep it as a test', async () => {
  const { page, problems, close } = await open('#tenant=shop&tab=compare&scenario=promo-peak&file=rules/90-refund.toml');
  await page.locator('[data-testid="tests-badge"]').waitFor();
  const before = await page.getByTestId('tests-badge').textContent();
  await page.getByTestId('runs').fill('1');
  // Refunds are to go to the pre-sales group.
  await typeOver(page, 'group = "after-sales"', 'group = "presale"');
  await page.locator('[data-testid="compare"]:not([disabled])').click();
  await page.locator('[data-testid="comparison"][data-seeds="1"]').waitFor({ timeout: 60_000 });
  await page.getByTestId('ways').getByRole('button').first().click();

  // This very conversation, on either side.
  await page.getByTestId('life-live').first().click();
  const life = page.locator('[data-testid="life"][data-side="live"][data-conversation]');
  await life.waitFor({ timeout: 60_000 });
  const conversation = Number(await life.getAttribute('data-conversation'));
  const rules = () => page.getByTestId('lit').locator('[data-rule="90-refund"]');
  await rules().waitFor();
  const told = await native('shop', 'promo-peak', 7, conversation);
  assert.equal(await page.getByTestId('moment').count(), told.life.moments.length);
  assert.ok((await page.getByTestId('lit').textContent()).includes('group = "after-sales"'));
  await page.getByTestId('life-side').getByText('Candidate').click();
  await page.locator('[data-testid="life"][data-side="candidate"]').waitFor({ timeout: 60_000 });
  await rules().waitFor();
  assert.equal(Number(await page.getByTestId('life').getAttribute('data-conversation')), conversation);
  assert.ok((await page.getByTestId('lit').textContent()).includes('group = "presale"'), 'the edited line');

  // Why not somebody else? Every agent of the tenant has a reason, and a search finds one.
  const rows = page.getByTestId('standing');
  await rows.first().waitFor();
  await page.getByTestId('why-search').locator('input').fill('王芳');
  await page.locator('[data-testid="standing"][data-agent="wang-fang"]').waitFor();
  assert.equal(await rows.count(), 1);
  assert.equal(await rows.first().getAttribute('data-reason'), 'not-in-group');
  await rows.first().getByTestId('ask-agent').click();
  await page.locator('[data-testid="what-if"][data-done="true"]').waitFor({ timeout: 20_000 });
  assert.match(await page.getByTestId('what-if').textContent(), /王芳|no change|None of/);
  const without = page.getByTestId('without-rules').locator('li').first();
  assert.ok((await without.textContent()).length > 10, 'what the rule has to do with it');

  await page.getByTestId('keep-decision').click();
  const kept = page.getByTestId('kept-with');
  await kept.waitFor({ timeout: 20_000 });
  await page.getByTestId('decision-test-name').fill('a moved one');
  await page.locator('[data-testid="keep-decision-confirm"]:not([disabled])').waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL(/tab=tests/);
  await page.getByTestId('tests').getByText('a moved one').waitFor();
  assert.equal(await page.locator('[data-testid="tests"] [data-passed="true"]', { hasText: 'a moved one' }).count(), 1);
  assert.notEqual(await page.getByTestId('tests-badge').textContent(), before);
  assert.deepEqual(problems, []);
  await close();
});
