/** Takes the page's pictures in both languages, light and dark: `node e2e/screenshots.mjs FOLDER`. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { launchBrowser, newContext, serveStatic } from './support.mjs';

const folder = process.argv[2];
if (!folder) {
  console.error('usage: node e2e/screenshots.mjs FOLDER');
  process.exit(2);
}

/** What is shown, under which name and in which appearances, and what must be there before the picture is taken. */
const scenes = [
  { name: 'first-screen', schemes: ['light', 'dark'], hash: '', ready: '[data-testid="run-line"][data-ended="complete"]' },
  { name: 'module', schemes: ['light', 'dark'], hash: '#tenant=marketplace', ready: '[data-testid="module-use"] svg' },
  {
    name: 'floor',
    schemes: ['light', 'dark'],
    hash: '#tab=floor',
    ready: '[data-testid="time-strip"] path',
    act: async (page) => {
      const strip = await page.getByTestId('time-strip').boundingBox();
      await page.mouse.click(strip.x + strip.width * 0.49, strip.y + 15);
      await page.locator('[data-group]:not([data-waiting="0"])').first().waitFor();
    },
  },
  {
    name: 'compare',
    schemes: ['light', 'dark'],
    hash: '#tab=compare&scenario=weekday',
    ready: '[data-testid="tests-badge"]',
    act: async (page) => {
      await page.getByTestId('candidate').locator('input').focus();
      await page.keyboard.type('退款');
      await page.locator('.ant-select-item-option', { hasText: '退款' }).first().waitFor();
      await page.keyboard.press('Enter');
      await page.getByTestId('compare').click();
      await page.locator('[data-testid="comparison"][data-seeds="10"]').waitFor({ timeout: 60_000 });
      await page.getByTestId('compare').waitFor();
    },
  },
  { name: 'analysis', schemes: ['light'], hash: '#tab=analysis&tenant=saas-en', ready: '[data-testid="analysis-summary"]' },
  { name: 'visitor', schemes: ['light'], hash: '#tab=visitor&file=rules/90-refund.toml', ready: '[data-testid="route"]' },
];

await mkdir(folder, { recursive: true });
const [browser, site] = await Promise.all([launchBrowser(), serveStatic()]);
for (const locale of ['zh-CN', 'en-GB']) {
  for (const colorScheme of ['light', 'dark']) {
    const context = await newContext(browser, {
      locale,
      colorScheme,
      viewport: { width: 1280, height: 800 },
      deviceScaleFactor: 1.5,
    });
    for (const { name, hash, ready, schemes, act } of scenes) {
      if (!schemes.includes(colorScheme)) continue;
      const page = await context.newPage();
      await page.goto(site.url + hash);
      await page.locator(ready).first().waitFor({ state: 'attached', timeout: 30_000 });
      await act?.(page);
      await page.waitForTimeout(300);
      const path = join(folder, `${name}-${locale.slice(0, 2)}-${colorScheme}.png`);
      await page.screenshot({ path });
      console.log(path);
      await page.close();
    }
    await context.close();
  }
}
await browser.close();
await site.close();
