/** No area of the page has a fault that axe finds, light or dark, or a control that is cut off at 1280×720. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openPublishing } from './publish-answers.mjs';
import { launchBrowser, newContext, serveStatic, typeOver } from './support.mjs';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

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

const floorReady = '[data-testid="time-strip"] path';
/** Every area: where it is, what must be there, and what is opened in it. */
const areas = [
  { name: 'simulate', hash: '', ready: '[data-testid="run-line"][data-ended="complete"]' },
  { name: 'floor', hash: '#tab=floor', ready: floorReady, act: (page) => playTo(page) },
  {
    name: 'floor, an agent picked',
    hash: '#tab=floor',
    ready: floorReady,
    act: async (page) => {
      await playTo(page);
      await page.locator('[data-agent]').first().focus();
      await page.keyboard.press('Enter');
      await page.getByTestId('picked').waitFor();
    },
  },
  {
    name: 'floor, what can be injected',
    hash: '#tab=floor',
    ready: floorReady,
    act: async (page) => {
      await playTo(page);
      await page.getByTestId('inject').click();
      await page.getByTestId('inject-surge').waitFor();
    },
  },
  {
    name: 'compare',
    hash: '#tab=compare&scenario=weekday&file=rules/90-refund.toml',
    ready: '[data-testid="tests-badge"]',
    act: async (page) => {
      await page.getByTestId('runs').fill('2');
      await typeOver(page, 'skills = ', 'tier = 2');
      await page.locator('[data-testid="compare"]:not([disabled])').click();
      await page.locator('[data-testid="comparison"][data-seeds="2"]').waitFor({ timeout: 30_000 });
      await page.getByTestId('ways').getByRole('button').first().click();
    },
  },
  {
    name: 'the life of a conversation',
    hash: '#tab=floor',
    ready: floorReady,
    act: async (page) => {
      await openLife(page);
      await page.getByTestId('ask-agent').first().click();
      await page.locator('[data-testid="what-if"][data-done="true"]').waitFor();
    },
  },
  {
    name: 'the life of a conversation, kept as a test',
    hash: '#tab=floor',
    ready: floorReady,
    act: async (page) => {
      await openLife(page);
      await page.getByTestId('keep-decision').click();
      await page.getByTestId('kept-with').waitFor();
    },
  },
  { name: 'analysis', hash: '#tab=analysis&tenant=saas-en', ready: '[data-testid="analysis-summary"]' },
  {
    name: 'analysis, in the engine’s words',
    hash: '#tab=analysis&tenant=shop',
    ready: '[data-testid="analysis"] details',
    act: (page) => page.locator('[data-testid="analysis"] summary').first().click(),
  },
  {
    name: 'staffing',
    hash: '#tab=staffing&tenant=saas-en',
    ready: '[data-testid="staff"]:not([disabled])',
    act: async (page) => {
      await page.getByTestId('staffing-runs').fill('2');
      await page.getByTestId('staff').click();
      await page.locator('[data-testid="staffing-table"] button[data-likely]:not([data-likely=""])').first().waitFor({ timeout: 120_000 });
      await page.getByTestId('cancel-staffing').click();
      await page.getByTestId('staff').waitFor();
      await page.locator('[data-testid="staffing-table"] button[data-likely]:not([data-likely=""])').first().click();
      await page.getByTestId('staffing-cell').waitFor();
    },
  },
  {
    name: 'blame',
    hash: '#tab=visitor&file=rules/90-refund.toml',
    ready: '[data-testid="route"]',
    act: async (page) => {
      await typeOver(page, 'group = "after-sales"', 'group = "general"');
      await page.getByTestId('message').fill('我要退款');
      await page.locator('[data-testid="ask-blame"]:not([disabled])').click();
      await page.locator('[data-testid="blame-body"][data-ready="true"]').waitFor({ timeout: 30_000 });
    },
  },
  { name: 'a scenario', hash: '#file=scenarios/promo-peak.toml', ready: '[data-testid="arrivals"]' },
  {
    name: 'recorded arrivals',
    hash: '#tenant=shop&file=scenarios/weekday.toml&scenario=weekday',
    ready: '[data-testid="run-line"][data-ended="complete"]',
    act: async (page) => {
      await page.getByTestId('import-arrivals').click();
      await page.locator('input[type=file][accept*=csv]').setInputFiles(recorded);
      await page.getByTestId('trial').click();
      await page.getByTestId('trial-chart').waitFor({ timeout: 120_000 });
    },
  },
  {
    name: 'the settings of a scenario',
    hash: '#tenant=shop&file=scenarios/promo-peak.toml&scenario=promo-peak',
    ready: '[data-testid="run-line"][data-ended="complete"]',
    act: async (page) => {
      await page.getByTestId('open-settings').click();
      await page.getByTestId('scenario-settings').waitFor();
      // Off the button, whose tooltip stands nowhere in particular.
      await page.mouse.move(900, 600);
    },
  },
  { name: 'visitor', hash: '#tab=visitor&file=rules/90-refund.toml', ready: '[data-testid="route"]' },
  { name: 'tests', hash: '#tab=tests', ready: '[data-testid="tests"] [data-passed]' },
  { name: 'a module', hash: '#tenant=marketplace', ready: '[data-testid="module-use"] svg' },
  ...['checked', 'shadow', 'canary', 'rolled-back'].map((stage) => ({
    name: `publishing, ${stage}`,
    hash: '#tab=tests',
    ready: '[data-testid="tests"] [data-passed]',
    act: (page) => openPublishing(page, stage),
  })),
  {
    name: 'publishing, history',
    hash: '#tab=tests',
    ready: '[data-testid="tests"] [data-passed]',
    act: async (page) => {
      await openPublishing(page, 'canary');
      await page.getByRole('tab', { name: 'History' }).click();
      await page.getByRole('button', { name: 'Changes' }).first().click();
      await page.getByTestId('file-diff').first().waitFor();
    },
  },
];

async function playTo(page) {
  const strip = await page.getByTestId('time-strip').boundingBox();
  await page.mouse.click(strip.x + strip.width * 0.86, strip.y + 15);
  await page.locator('[data-group]:not([data-waiting="0"])').first().waitFor();
}

async function openLife(page) {
  await playTo(page);
  await page.locator('[data-agent]').first().focus();
  await page.keyboard.press('Enter');
  await page.getByTestId('picked').locator('li button').first().click();
  await page.getByTestId('story').click();
  await page.getByTestId('standing').first().waitFor({ timeout: 30_000 });
  await page.getByTestId('lit-line').first().waitFor();
}

/** Controls that stick out of the place they are in: whoever does not think of scrolling sideways never finds them. */
function cutOff() {
  const told = new Set();
  for (const control of document.querySelectorAll('button, a[href], input, [role="tab"], [role="slider"], [role="combobox"], [role="switch"]')) {
    const { left, right, width } = control.getBoundingClientRect();
    // What the library keeps for screen readers alone is a pixel wide.
    if (width < 2 || !control.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    for (let around = control.parentElement; around; around = around.parentElement) {
      const { overflowX, position } = getComputedStyle(around);
      if (position === 'fixed') break;
      const box = around.getBoundingClientRect();
      const isOut = overflowX !== 'visible' && (right > box.right + 1 || left < box.left - 1);
      if (isOut) told.add(`${control.getAttribute('data-testid') ?? control.getAttribute('aria-label') ?? control.textContent} (${control.tagName}) is cut off by ${around.className}`);
    }
  }
  return [...told];
}

for (const { name, hash, ready, act } of areas) {
  test(name, async () => {
    const context = await newContext(browser, { locale: 'en-GB', colorScheme: 'light', viewport: { width: 1280, height: 720 } });
    const page = await context.newPage();
    await page.goto(site.url + hash);
    await page.locator(ready).first().waitFor({ state: 'attached', timeout: 30_000 });
    await act?.(page);
    await page.evaluate(axe);
    const told = await page.evaluate(cutOff);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await page.locator(`:root[data-theme="${colorScheme}"]`).waitFor({ state: 'attached' });
      await page.waitForTimeout(400);
      const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
      for (const { id, help, nodes } of violations) {
        const places = nodes.slice(0, 30).map((node) => `    ${node.target.join(' ')}: ${node.any[0]?.message ?? node.failureSummary ?? ''}`);
        told.push(`${colorScheme}: ${id}: ${help}\n${places.join('\n')}`);
      }
    }
    assert.equal(told.length, 0, `\n${told.join('\n')}`);
    await context.close();
  });
}
