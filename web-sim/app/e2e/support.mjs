/** What every browser test needs: the built page on a free port, and a browser. */
import { createReadStream, existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
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

/** The text of `locator` once it is there; when it does not come, the error says what the page had to say. */
export async function textOf(locator, problems, timeout_ms = 15_000) {
  try {
    return await locator.textContent({ timeout: timeout_ms });
  } catch (error) {
    throw new Error([error.message, 'the page reported:', ...problems].join('\n'));
  }
}
