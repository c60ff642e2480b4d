/** An admin decides a recorded period again under a change: what would have gone elsewhere, and how true that is. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import { hostProgram, launchBrowser, leaveOut, serveStatic, startHost, openPage } from './support.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const run = promisify(execFile);
const RULE = '90-refund';

let browser;
let site;
let folder;
let recording;

before(async () => {
  [browser, site, folder] = await Promise.all([launchBrowser(), serveStatic(), mkdtemp(join(tmpdir(), 'pointsman-'))]);
  recording = join(folder, 'weekday.recording.gz');
  await run(hostProgram, ['simulate', `${root}examples/shop`, '--scenario', 'weekday', '--seed', '3', '--record', recording]);
});

after(async () => {
  await browser?.close();
  await site?.close();
  if (folder) await rm(folder, { recursive: true });
});

function open(hash, url = site.url) {
  return openPage(browser, `${url}${hash}`);
}

async function openRecording(page, path) {
  await page.getByTestId('traffic').getByText('Recorded period').click();
  await page.getByTestId('recording').locator('input[type=file]').setInputFiles(path);
}

test('I see what a recorded day would have been without a rule, with the numbers of the command line', async () => {
  const { page, problems, close } = await open('#tenant=shop&tab=compare&seed=1');
  await openRecording(page, recording);
  await page.locator('[data-testid="recording"]:not([data-revision=""])').waitFor();
  await leaveOut(page, '退款');
  await page.getByTestId('runs').fill('2');
  await page.getByTestId('compare').click();
  await page.locator('[data-testid="comparison"][data-seeds="2"][data-stale="false"]').waitFor({ timeout: 60_000 });

  const candidate = join(folder, 'candidate');
  await cp(`${root}examples/shop`, candidate, { recursive: true });
  await rm(join(candidate, 'rules', `${RULE}.toml`));
  await rm(join(candidate, 'tests'), { recursive: true });
  const args = ['--format', 'json', 'replay', recording, '--candidate', candidate, '--runs', '2'];
  const { stdout } = await run(hostProgram, args, { maxBuffer: 64 << 20 });
  const native = JSON.parse(stdout);
  assert.equal(native.verified.differing, 0);

  const verified = page.getByTestId('verified');
  assert.equal(await verified.getAttribute('data-differing'), '0');
  assert.equal(await verified.getAttribute('data-decisions'), String(native.verified.decisions));
  assert.equal(await page.getByTestId('asked').getAttribute('data-differing'), String(native.asked.differing));
  assert.ok(native.asked.differing > 100, `${native.asked.differing}`);
  assert.equal(await page.getByTestId('supposed').getAttribute('data-in-step'), 'false');
  const moved = await page.getByTestId('moved-line').textContent();
  assert.ok(moved.startsWith(Math.round(native.comparison.moved.elsewhere).toString()), `${moved}: ${native.comparison.moved.elsewhere}`);
  await page.screenshot({ path: join(tmpdir(), 'pointsman-replay.png') });
  assert.deepEqual(problems, []);
  await close();
});

test('unchanged rules make the day again, and the page says that nothing was supposed', async () => {
  const { page, problems, close } = await open('#tenant=shop&tab=compare');
  await openRecording(page, recording);
  await page.locator('[data-testid="recording"]:not([data-revision=""])').waitFor();
  await page.getByTestId('runs').fill('1');
  await page.getByTestId('compare').click();
  await page.locator('[data-testid="comparison"][data-seeds="1"]').waitFor({ timeout: 60_000 });
  assert.equal(await page.getByTestId('supposed').getAttribute('data-in-step'), 'true');
  assert.equal(await page.getByTestId('asked').getAttribute('data-differing'), '0');
  assert.deepEqual(problems, []);
  await close();
});

test('I make a scenario of the recorded day, and simulate it: as many come, with the words that were said', async () => {
  const { page, problems, close } = await open('#tenant=shop&tab=compare');
  await openRecording(page, recording);
  await page.locator('[data-testid="recording"]:not([data-revision=""])').waitFor();
  await page.getByTestId('fit-recording').click();
  await page.locator('.cm-line', { hasText: '# Fitted to a recording of' }).waitFor({ timeout: 60_000 });
  await page.getByTestId('arrivals').waitFor();
  assert.match(page.url(), /scenario=recorded/);
  // It runs by itself, as any scenario that is chosen.
  await page.getByRole('tab', { name: 'Simulate' }).click();
  await page.locator('[data-testid="run-line"][data-ended="complete"]').waitFor({ timeout: 60_000 });
  const conversations = Number((await page.getByTestId('run-line').textContent()).match(/^([\d,]+)/)[1].replaceAll(',', ''));
  const { stdout } = await run(hostProgram, ['--format', 'json', 'fit', recording, '--tenant', `${root}examples/shop`]);
  const native = JSON.parse(stdout);
  assert.ok(Math.abs(conversations / native.fitted.arrivals - 1) < 0.1, `${conversations} of ${native.fitted.arrivals}`);
  assert.deepEqual(problems, []);
  await close();
});

test('a damaged recording is refused with its line, and what was open stays open', async () => {
  const { page, problems, close } = await open('#tenant=shop&tab=compare');
  await openRecording(page, recording);
  await page.locator('[data-testid="recording"]:not([data-revision=""])').waitFor();
  const text = gunzipSync(await readFile(recording)).toString().split('\n');
  text[9] = text[9].slice(0, 40);
  const damaged = join(folder, 'damaged.recording.gz');
  await writeFile(damaged, gzipSync(text.join('\n')));
  await page.getByTestId('recording').locator('input[type=file]').setInputFiles(damaged);
  await page.locator('.ant-alert', { hasText: 'line 10' }).waitFor();
  const cut = join(folder, 'cut.recording.gz');
  await writeFile(cut, (await readFile(recording)).subarray(0, 20_000));
  await page.getByTestId('recording').locator('input[type=file]').setInputFiles(cut);
  await page.locator('.ant-alert', { hasText: 'cut off' }).waitFor();
  assert.notEqual(await page.getByTestId('recording').getAttribute('data-revision'), '');
  assert.deepEqual(problems, []);
  await close();
});

test('a period comes from the host itself, masked, when I am signed in', async () => {
  const host = await startHost('shop');
  try {
    const { page, close } = await open('#tenant=shop&tab=compare', host.url);
    const { tenant, name, password } = host.signIn;
    const answer = await page.request.post(`${host.url}v1/session`, { data: { tenant, name, password } });
    assert.equal(answer.status(), 200);
    for (const text of ['我要退款', '你好', '快递到哪了']) {
      const opened = await page.request.post(`${host.url}v1/conversations`, { data: { text, channel: 'website' }, headers: { origin: host.url.slice(0, -1) } });
      assert.equal(opened.status(), 201, await opened.text());
    }
    await page.getByTestId('traffic').getByText('Recorded period').click();
    await page.getByTestId('fetch-recording').click();
    await page.getByTestId('fetch-form').waitFor();
    await page.getByRole('button', { name: 'Fetch', exact: true }).click();
    await page.locator('[data-testid="recording"]:not([data-revision=""])').waitFor({ timeout: 30_000 });
    assert.match(await page.getByTestId('recording').textContent(), /3 conversations \(masked\)/);
    await close();
  } finally {
    await host.close();
  }
});
