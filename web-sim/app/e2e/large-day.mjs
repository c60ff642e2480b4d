/**
 * A day of 100,000 conversations on the page, beside the command line: `node e2e/large-day.mjs [CONVERSATIONS]`.
 * The tenant is the shop, with as many more agents as there are more visitors. Run by hand; it prints figures.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { hostProgram, launchBrowser, serveStatic } from './support.mjs';

const CONVERSATIONS = Number(process.argv[2] ?? 100_000);
const SCENARIO = 'promo-peak';
const SEED = 7;
const shop = fileURLToPath(new URL('../../../examples/shop', import.meta.url));
const run = promisify(execFile);

/** The shop with more of everything. */
async function enlarged() {
  const plain = await natively({});
  const times = CONVERSATIONS / plain.conversations;
  const scenario = await readFile(join(shop, `scenarios/${SCENARIO}.toml`), 'utf8');
  const agents = await readFile(join(shop, 'agents.toml'), 'utf8');
  const rates = (line) => line.replace(/\d+\.\d+/g, (rate) => (Number(rate) * times).toFixed(1));
  const blocks = agents.split(/^(?=\[\[agent\]\])/m);
  const copies = Array.from({ length: Math.round(times) - 1 }, (_, at) =>
    blocks.filter((block) => block.startsWith('[[agent]]')).map((block) => block.replace(/^(slug|name) = "([^"]+)"/gm, `$1 = "$2-${at + 2}"`)),
  );
  const shapes = /^\[rate_shape\]\n(?:\w+ = \[.*\]\n)+/m;
  return {
    [`scenarios/${SCENARIO}.toml`]: scenario.replace(shapes, (found) => found.split('\n').map(rates).join('\n')),
    'agents.toml': agents + copies.flat().join('\n'),
  };
}

async function natively(files) {
  const folder = await mkdtemp(join(tmpdir(), 'pointsman-'));
  try {
    await cp(shop, folder, { recursive: true });
    for (const [path, text] of Object.entries(files)) await writeFile(join(folder, path), text);
    const args = ['simulate', folder, '--scenario', SCENARIO, '--seed', String(SEED), '--format', 'json'];
    const begun = performance.now();
    const { stdout } = await run(hostProgram, args, { maxBuffer: 64 << 20 });
    return { seconds: (performance.now() - begun) / 1000, ...JSON.parse(stdout) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Watches the main thread: tasks over 50 ms, and the gaps between frames. */
function watchThread() {
  const watched = { tasks: [], gaps: [], from: 0 };
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) if (startTime >= watched.from) watched.tasks.push(duration);
  }).observe({ type: 'longtask', buffered: true });
  let last = performance.now();
  const frame = (now) => {
    if (last >= watched.from) watched.gaps.push(now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  window.begin = () => Object.assign(watched, { tasks: [], gaps: [], from: performance.now() });
  window.watched = watched;
}

const report = (what, { tasks, gaps }) => {
  const sorted = gaps.toSorted((a, b) => a - b);
  const at = (share) => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(1);
  const longest = Math.max(0, ...tasks).toFixed(0);
  console.log(`${what}: ${gaps.length} frames, ${at(0.5)} ms between them (p99 ${at(0.99)}, most ${at(1)}); tasks over 50 ms: ${tasks.length}, longest ${longest} ms`);
};

/**
 * Looks at the browser's pages every 100 ms. What a tab takes for itself is what the browser's own task manager shows: memory
 * of no file, swapped out or not. Resident memory counts the browser's program and the machine's fonts as well.
 */
async function watchMemory(browser) {
  const session = await browser.newBrowserCDPSession();
  const most = { own: 0, resident: 0 };
  const look = async () => {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    for (const { type, id } of processInfo) {
      const status = type === 'renderer' ? await readFile(`/proc/${id}/status`, 'utf8').catch(() => '') : '';
      const mb = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0) / 1024;
      most.own = Math.max(most.own, mb('RssAnon') + mb('VmSwap'));
      most.resident = Math.max(most.resident, mb('VmRSS'));
    }
  };
  const timer = setInterval(() => void look().catch(() => clearInterval(timer)), 100);
  const told = () => `the whole tab with its workers took ${most.own.toFixed(0)} MB for itself at most (resident ${most.resident.toFixed(0)} MB)`;
  return { told, stop: () => clearInterval(timer) };
}

const files = await enlarged();
const native = await natively(files);
console.log(`command line: ${native.conversations} conversations, ${native.events} events in ${native.seconds.toFixed(2)} s, with reading and compiling the folder`);

const [browser, site] = await Promise.all([launchBrowser(), serveStatic()]);
const memory = await watchMemory(browser);
const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 720 } });
const page = await context.newPage();
await page.addInitScript(watchThread);
await page.addInitScript((draft) => localStorage.setItem('pointsman.draft.1.shop', draft), JSON.stringify(files));

await page.goto(`${site.url}#scenario=${SCENARIO}&seed=${SEED}`);
await page.locator('[data-testid="run-line"][data-ended]').waitFor({ timeout: 120_000 });
// Once more, so that the page is settled and only the run is measured.
await page.evaluate(() => window.begin());
await page.getByTestId('run').click();
await page.getByTestId('cancel').waitFor();
await page.getByTestId('run').waitFor({ timeout: 120_000 });
const line = await page.getByTestId('run-line').textContent();
console.log(`page, one worker: ${line.trim()}`);
report('main thread while it ran', await page.evaluate(() => window.watched));
assert.equal(await page.getByTestId('digest').getAttribute('data-text'), native.digest, 'the same day, to the byte');
const metrics = await (await context.newCDPSession(page)).send('Runtime.getHeapUsage');
console.log(`memory: ${memory.told()}; JavaScript of the page alone ${(metrics.usedSize / 1048576).toFixed(0)} MB`);

await page.goto(`${site.url}#tab=floor&scenario=${SCENARIO}&seed=${SEED}`);
await page.locator('[data-testid="time-strip"] path').first().waitFor({ state: 'attached', timeout: 120_000 });
for (const speed of ['×60', '×3600', 'max']) {
  await page.getByTestId('speed').getByText(speed, { exact: true }).click();
  await page.evaluate(() => window.begin());
  await page.getByTestId('play').click();
  await page.waitForTimeout(4_000);
  if ((await page.getByTestId('play').getAttribute('data-playing')) === 'true') await page.getByTestId('play').click();
  report(`floor at ${speed}, until ${await page.getByTestId('clock').textContent()}`, await page.evaluate(() => window.watched));
}
await page.getByTestId('time-strip').press('End');
await page.getByTestId('stop-travel').waitFor({ state: 'detached', timeout: 60_000 });
const begun = performance.now();
const strip = await page.getByTestId('time-strip').boundingBox();
const before = await page.getByTestId('clock').getAttribute('data-at');
await page.mouse.click(strip.x + strip.width * 0.87, strip.y + 15);
await page.waitForFunction((at) => document.querySelector('[data-testid="clock"]')?.getAttribute('data-at') !== at, before, { timeout: 60_000 });
await page.getByTestId('stop-travel').waitFor({ state: 'detached', timeout: 60_000 });
console.log(`a jump back from the end: ${((performance.now() - begun) / 1000).toFixed(2)} s`);
console.log(`memory with the floor: ${memory.told()}`);
memory.stop();
await browser.close();
await site.close();
