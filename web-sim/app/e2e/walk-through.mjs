/**
 * Takes the pictures of the walk-through by going through it, in both languages, against a host of its own:
 * `node e2e/walk-through.mjs FOLDER`. A step that does not come out as the text says ends it.
 *
 * In the shadow and the canary, visitors come as fast as the host takes them; what they say is written below. Run it while the
 * tenants have agents on shift: from 8 to 24 o'clock in Shanghai.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ask, atStage, launchBrowser, newContext, signIn, startHost, typeOver } from './support.mjs';

const folder = process.argv[2];
if (!folder) {
  console.error('usage: node e2e/walk-through.mjs FOLDER');
  process.exit(2);
}

/** The same way in each language, with a tenant that speaks it. */
const stories = [
  {
    language: 'en',
    locale: 'en-GB',
    tenant: 'saas-en',
    scenario: 'incident',
    rule: '20-outage',
    said: 'cant work, nothing loads',
    attributes: { plan: 'business' },
    keywords: (more) => `any = [{ text = "${more}", weight = 2 }, "@outage", { text = "production", weight = 1 }, { text = "all users", weight = 1 }, { text = "everyone", weight = 1 }]`,
    tooBroad: 'fails',
    right: 'nothing loads',
    red: 'enterprise goes to Customer Success',
    before: 'support',
    after: 'incident',
    name: 'nothing loads is an outage',
    note: 'Outages told without the word: “nothing loads”',
    visitors: ['cant work, nothing loads', 'Where do I change our credit card?', 'Okta does not provision new users', 'nothing loads since the update', 'Webhooks arrive twice'],
    history: 'History',
    goLive: 'Go live',
    changes: 'Changes',
  },
  {
    language: 'zh',
    locale: 'zh-CN',
    tenant: 'shop',
    scenario: 'weekday',
    rule: '90-refund',
    said: '尺寸不对,寄回给你们行不行',
    attributes: {},
    keywords: (more) => `any = ["@退款", "${more}"]`,
    tooBroad: '退',
    right: '寄回',
    red: 'App 闪退找技术',
    before: 'general',
    after: 'after-sales',
    name: '想寄回也是退货',
    note: '没说“退”字、说“寄回”的,也转售后',
    visitors: ['尺寸不对,寄回给你们行不行', '我的快递到哪了', '身高165体重52穿什么码', '想寄回,怎么操作', '可以开发票吗'],
    history: '历史',
    goLive: /^上 ?线$/,
    changes: /^改 ?动$/,
    fields: ['租户', '用户名', '密码'],
  },
];

await mkdir(folder, { recursive: true });
const browser = await launchBrowser();
for (const story of stories) {
  const host = await startHost(story.tenant);
  try {
    await walk(story, host);
  } finally {
    await host.close();
  }
}
await browser.close();

async function walk(story, host) {
  const context = await newContext(browser, { locale: story.locale, viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  let number = 0;
  const picture = async (name) => {
    await page.waitForTimeout(400);
    number += 1;
    const path = join(folder, `${number}-${name}-${story.language}.png`);
    await page.screenshot({ path });
    console.log(path);
  };
  const tab = (name) => page.goto(`${host.url}#tenant=${story.tenant}&scenario=${story.scenario}&file=rules/${story.rule}.toml&tab=${name}`);
  const write = async (more) => {
    await typeOver(page, /^any = /, story.keywords(more));
    // A long line is read from its beginning.
    await page.keyboard.press('Home');
  };

  // A visitor who goes wrong.
  await tab('visitor');
  await page.getByTestId('message').fill(story.said);
  for (const [name, value] of Object.entries(story.attributes)) {
    await page.getByTestId('attributes').click();
    await page.keyboard.type(`${name}=${value}`);
    await page.keyboard.press('Enter');
  }
  await page.locator(`[data-testid="route"][data-group="${story.before}"]`).waitFor();
  await picture('visitor-before');

  // The first idea takes too much: a rule test says so.
  await write(story.tooBroad);
  await page.locator('[data-testid="tests-badge"][data-failed="true"]').waitFor();
  await page.getByTestId('tests-badge').click();
  await page.locator('[data-testid="tests"] [data-passed="false"]', { hasText: story.red }).waitFor();
  await picture('red-test');

  // The second does not. What it is for becomes a test.
  await write(story.right);
  await page.locator('[data-testid="tests-badge"][data-failed="false"]').waitFor();
  await tab('visitor');
  await page.locator(`[data-testid="route"][data-group="${story.after}"]`).waitFor();
  await page.getByTestId('keep-test').click();
  await page.getByTestId('test-name').fill(story.name);
  await picture('keep-test');
  await page.getByTestId('keep-test-confirm').click();
  await page.locator('[data-testid="tests"] [data-passed="true"]', { hasText: story.name }).waitFor();

  // The whole floor, on the same days.
  await tab('compare');
  await page.getByTestId('runs').fill('20');
  await page.locator('[data-testid="compare"]:not([disabled])').click();
  await page.locator('[data-testid="comparison"][data-seeds="20"]').waitFor({ timeout: 120_000 });
  await page.getByTestId('compare').waitFor();
  await picture('compare');
  const way = page.getByTestId('ways').getByRole('button').first();
  await way.click();
  await page.getByTestId('moved-line').scrollIntoViewIfNeeded();
  await way.evaluate((element) => element.scrollIntoView({ block: 'center' }));
  await picture('ways');

  // One of those who go elsewhere.
  await page.getByTestId('life-candidate').first().click();
  await page.locator('[data-testid="life"][data-side="candidate"][data-conversation]').waitFor({ timeout: 60_000 });
  await page.getByTestId('standing').first().waitFor();
  await page.getByTestId('lit-line').first().waitFor();
  await picture('life');
  await page.keyboard.press('Escape');

  // The ruleset as a whole.
  await tab('analysis');
  await page.getByTestId('analysis-summary').waitFor({ timeout: 60_000 });
  await picture('analysis');

  // A day of it, whose report goes with the candidate.
  await tab('simulate');
  await page.locator('[data-testid="run-line"][data-ended="complete"]').waitFor({ timeout: 60_000 });
  await page.getByTestId('publish').click();
  await signIn(page, host.signIn, story.fields);
  await page.getByTestId('publish-note').fill(story.note);
  await page.getByTestId('make-candidate').click();
  await atStage(page, 'draft');
  await page.getByTestId('step-check').click();
  await atStage(page, 'checked');
  await page.getByTestId('step-tests').click();
  await atStage(page, 'tested');
  await page.locator('[data-testid="step-report"]:not([disabled])').click();
  await atStage(page, 'simulated');
  await picture('simulated');

  // In silence, on live traffic.
  await page.getByTestId('step-shadow').click();
  await atStage(page, 'shadow');
  let customers = 0;
  const { items: agents } = await ask(page, host.url, 'GET', 'agents?limit=200');
  for (const { slug } of agents) await ask(page, host.url, 'PUT', `agents/${slug}/presence`, { presence: 'online' });
  const visit = async (text) => {
    customers += 1;
    const opened = await ask(page, host.url, 'POST', 'conversations', { text, identity: { login: `visitor-${customers}` }, attributes: story.attributes });
    const reason = { assigned: 'resolved', waiting: 'abandoned' }[opened.place] ?? 'handed-over';
    await ask(page, host.url, 'POST', `conversations/${opened.id}/close`, { reason });
  };
  for (let round = 0; round < 6; round += 1) for (const text of story.visitors) await visit(text);
  await page.locator(`[data-testid="shadow"][data-decisions="${customers}"]:not([data-differing="0"])`).waitFor({ timeout: 30_000 });
  await picture('shadow');

  // For some customers, with guards.
  await page.getByTestId('step-canary').click();
  await atStage(page, 'canary');
  for (let round = 0; round < 40; round += 1) for (const text of story.visitors) await visit(text);
  await page.waitForTimeout(2_500);
  await page.getByTestId('canary').scrollIntoViewIfNeeded();
  await picture('canary');

  // For everybody; and the way back.
  await page.getByTestId('step-live').click();
  await page.getByRole('tooltip').getByRole('button', { name: story.goLive }).click();
  await atStage(page, 'live');
  await page.getByRole('tab', { name: story.history }).click();
  const newest = page.locator('[data-testid="publish-history"] > [data-number="2"][data-live="true"]');
  await newest.getByRole('button', { name: story.changes }).click();
  await newest.getByTestId('file-diff').first().waitFor();
  await picture('history');
  await context.close();
}
