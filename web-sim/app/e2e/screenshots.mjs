/** Takes the page's picture in both languages, light and dark: `node e2e/screenshots.mjs FOLDER`. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { launchBrowser, serveStatic } from './support.mjs';

const folder = process.argv[2];
if (!folder) {
  console.error('usage: node e2e/screenshots.mjs FOLDER');
  process.exit(2);
}
await mkdir(folder, { recursive: true });
const [browser, site] = await Promise.all([launchBrowser(), serveStatic()]);
for (const locale of ['zh-CN', 'en-GB']) {
  for (const colorScheme of ['light', 'dark']) {
    const context = await browser.newContext({ locale, colorScheme, viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    await page.goto(site.url);
    await page.getByTestId('engine-version').waitFor({ timeout: 15_000 });
    const path = join(folder, `start-${locale.slice(0, 2)}-${colorScheme}.png`);
    await page.screenshot({ path });
    console.log(path);
    await context.close();
  }
}
await browser.close();
await site.close();
