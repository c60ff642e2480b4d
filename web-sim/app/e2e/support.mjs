/** What every browser test needs: the built page on a free port, and a browser. */
import { spawn } from 'node:child_process';
import { createReadStream, existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

/** The built page. */
export const dist = fileURLToPath(new URL('../dist', import.meta.url));

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/**
 * Serves `folder` as plain static files under `prefix`, as any web server would.
 * @returns the address of the page and `close()`.
 */
export async function serveStatic({ folder = dist, prefix = '/' } = {}) {
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
    const file = normalize(join(folder, path.slice(prefix.length) || 'index.html'));
    const found =
      path.startsWith(prefix) &&
      file.startsWith(folder + sep) &&
      (await stat(file).then((entry) => entry.isFile(), () => false));
    if (!found) {
      response.writeHead(404).end('not found');
      return;
    }
    response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${server.address().port}${prefix}`, close };
}

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The host's program, which `POINTSMAN` names or the build left. */
export const hostProgram = process.env.POINTSMAN ?? `${root}target/release/pointsman`;

/**
 * Starts a host of its own for a tenant of the examples, with the built page inside.
 * @returns the address of the page, an administrator's sign-in, and `close()`.
 */
export async function startHost(tenant = 'shop') {
  const data = await mkdtemp(join(tmpdir(), 'pointsman-'));
  const host = spawn(
    hostProgram,
    ['--format', 'json', 'serve', '--listen', '127.0.0.1:0', '--data', data, '--tenant', `examples/${tenant}`],
    { cwd: root, env: { ...process.env, POINTSMAN_LOG: 'warn' }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise((resolve) => host.once('exit', resolve));
  const close = async () => {
    host.kill();
    await ended;
    await rm(data, { recursive: true, force: true });
  };
  let told = '';
  for await (const chunk of host.stdout) {
    told += chunk;
    const url = /"url":\s*"([^"]+)"/.exec(told)?.[1];
    if (!url) continue;
    host.stdout.resume();
    const signIns = await readFile(join(data, 'sign-ins.txt'), 'utf8');
    const admin = signIns.split('\n').find((line) => line.endsWith('\tadmin'));
    const [tenant, name, password] = admin.split('\t');
    return { url: `${url}/`, signIn: { tenant, name, password }, close };
  }
  await close();
  throw new Error(`the host ended before it was ready: ${told}`);
}

const candidates = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Starts the browser that `CHROMIUM` names, or the system's. It asks nothing of the network. */
export async function launchBrowser() {
  const executablePath = process.env.CHROMIUM ?? candidates.find((path) => existsSync(path));
  if (!executablePath) {
    throw new Error('no Chromium found: install it, or set CHROMIUM to its path');
  }
  return chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/**
 * Opens a browser profile of its own, in which nothing moves unless `options` say so: a popup that still grows under
 * the pointer takes its button away between press and release, which nobody's hand is quick enough to meet.
 */
export function newContext(browser, options) {
  return browser.newContext({ reducedMotion: 'reduce', ...options });
}

/** Collects what a reader of the page would never see but must not happen: exceptions, errors, failed requests. */
export function watchProblems(page) {
  const problems = [];
  page.on('pageerror', (error) => problems.push(`exception: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(`console: ${message.text()}`);
  });
  page.on('requestfailed', (request) => problems.push(`request failed: ${request.url()}`));
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.status()}: ${response.url()}`);
  });
  return problems;
}

/** Opens the page at an address in a window of its own. What must not happen on it is collected in `problems`. */
export async function openPage(browser, address, { locale = 'en-GB' } = {}) {
  const context = await newContext(browser, { locale, viewport: { width: 1280, height: 720 } });
  const page = await context.newPage();
  const problems = watchProblems(page);
  await page.goto(address);
  return { page, problems, close: () => context.close() };
}

/** Compares "without the rule", by keyboard alone. */
export async function leaveOut(page, words) {
  await page.getByTestId('candidate').locator('input').focus();
  await page.keyboard.type(words);
  await page.locator('.ant-select-item-option', { hasText: words }).first().waitFor();
  await page.keyboard.press('Enter');
}

/** Types `text` over the line of the editor that has these words. */
export async function typeOver(page, words, text) {
  await page.locator('.cm-line', { hasText: words }).first().click();
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+End');
  await page.keyboard.type(text);
}

/** Signs in where publishing asks for it; `labels` are those of tenant, user name and password in the page's language. */
export async function signIn(page, { tenant, name, password }, labels = ['Tenant', 'User name', 'Password']) {
  const form = page.getByTestId('publish-sign-in');
  for (const [at, value] of [tenant, name, password].entries()) await form.getByLabel(labels[at]).fill(value);
  await page.keyboard.press('Enter');
  await page.locator('[data-testid="publish-drawer"][data-connection="connected"]').waitFor();
}

/** Waits until the candidate is at a stage. */
export function atStage(page, stage) {
  return page.locator(`[data-testid="way"][data-stage="${stage}"]`).waitFor({ timeout: 30_000 });
}

/** What a host answers on the page's behalf. */
export async function ask(page, url, method, path, data) {
  const headers = { origin: new URL(url).origin };
  const answer = await page.request.fetch(`${url}v1/${path}`, { method, headers, ...(data ? { data } : {}) });
  if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`);
  return answer.json();
}

/** The text of `locator` once it is there; when it does not come, the error says what the page had to say. */
export async function textOf(locator, problems, timeout_ms = 15_000) {
  try {
    return await locator.textContent({ timeout: timeout_ms });
  } catch (error) {
    throw new Error([error.message, 'the page reported:', ...problems].join('\n'));
  }
}
