/** Watching a day: what an admin does on the floor, with the pointer and without. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchBrowser, newContext, serveStatic, textOf, watchProblems } from './support.mjs';
import { drawn, goTo, instant, moved, shown } from './floor-page.mjs';

let browser;
let site;

before(async () => {
  [browser, site] = await Promise.all([launchBrowser(), serveStatic({ prefix: '/some/folder/' })]);
});

after(async () => {
  await browser?.close();
  await site?.close();
});

/** Opens the floor of a scenario and waits until it is there, with the strip of the time bar. */
async function open({ locale = 'en-GB', hash = '#tab=floor', ...options } = {}) {
  const context = await newContext(browser, { locale, viewport: { width: 1280, height: 720 }, ...options });
  const page = await context.newPage();
  const problems = watchProblems(page);
  await page.goto(site.url + hash);
  await page.getByTestId('floor').waitFor({ timeout: 30_000 });
  await drawn(page);
  return { page, problems, close: () => context.close() };
}

async function jump(page, name) {
  const before = await instant(page);
  await page.getByTestId('jump').click();
  await page.getByRole('menuitem', { name }).click();
  return moved(page, before);
}

const number = async (page, id) => Number((await page.getByTestId(id).locator('dd').textContent()).replace(/[^\d].*$/, ''));

test('I pause at the moment the queue starts, send an agent home and watch', async () => {
  const { page, problems, close } = await open();
  await goTo(page, 0.43);
  const at = await jump(page, 'a queue starts');
  assert.match(await textOf(page.getByTestId('found'), problems), /a queue starts · .+ · #\d+/);
  assert.equal(await number(page, 'floor-waiting'), 1, 'the one who waits is on the floor');
  assert.equal(await page.locator('[data-group]:not([data-waiting="0"])').count(), 1, 'in one lane');

  // Somebody who is busy and online goes home.
  const busy = page.locator('[data-agent][data-presence="online"]:not([data-open="0"])').first();
  const slug = await busy.getAttribute('data-agent');
  const online = await number(page, 'floor-online');
  await busy.focus();
  await page.keyboard.press('Enter');
  await page.getByTestId('agent-leaves').click();
  const seat = page.locator(`[data-agent="${slug}"]`);
  await page.locator(`[data-agent="${slug}"][data-presence="offline"]`).waitFor();
  assert.equal(await number(page, 'floor-online'), online - 1);
  assert.equal(await instant(page), at, 'it is still the same instant');
  assert.equal(await page.getByTestId('injections').locator('li').count(), 1);

  // Played on, others get the conversations.
  await page.getByTestId('speed').getByText('×300').click();
  await page.getByTestId('play').click();
  await page.locator(`[data-agent="${slug}"][data-open="0"]`).waitFor();
  await page.getByTestId('play').click();
  const later = await instant(page);
  assert.ok(later > at);
  assert.equal(await seat.getAttribute('data-presence'), 'offline');

  // Called back, the agent is there; taken back, nothing of it ever happened.
  await seat.focus();
  await page.keyboard.press('Enter');
  await page.getByTestId('agent-returns').click();
  await page.locator(`[data-agent="${slug}"][data-presence="online"]`).waitFor();
  for (const left of [1, 0]) {
    await page.getByTestId('injections').getByRole('button', { name: 'Take back' }).first().click();
    await page.waitForFunction((many) => document.querySelectorAll('[data-testid="injections"] li').length === many, left);
  }
  assert.equal(await number(page, 'floor-online'), online);
  assert.deepEqual(problems, []);
  await close();
});

test('what is shown at an instant is the same however I came there', async () => {
  const { page, problems, close } = await open();
  const at = await goTo(page, 0.86);
  const first = await shown(page);
  assert.ok(first.length > 20);
  await goTo(page, 0.3);
  assert.notDeepEqual(await shown(page), first);
  assert.equal(await goTo(page, 0.86), at);
  assert.deepEqual(await shown(page), first);
  await page.reload();
  await page.locator('[data-testid="time-strip"] path').first().waitFor({ state: 'attached' });
  assert.equal(await goTo(page, 0.86), at);
  assert.deepEqual(await shown(page), first);
  assert.deepEqual(problems, []);
  await close();
});

test('a surge fills the queues, and the strip shows the rest of the day before it is played', async () => {
  const { page, problems, close } = await open({ hash: '#tab=floor&scenario=weekday' });
  await goTo(page, 0.6);
  const strip = page.locator('[data-testid="time-strip"] path');
  assert.equal(await strip.count(), 1);
  await page.getByTestId('inject').click();
  await page.getByTestId('surge-rate').fill('1500');
  await page.getByTestId('inject-surge').click();
  await page.getByTestId('injections').locator('li', { hasText: '+1500/h for 30 min' }).waitFor();
  await page.waitForFunction(() => document.querySelectorAll('[data-testid="time-strip"] path').length === 2);
  const before = await number(page, 'floor-waiting');
  const at = await instant(page);
  await page.keyboard.press('Escape');
  await page.getByTestId('floor').hover();
  await page.keyboard.press('Shift+ArrowRight');
  assert.equal(await moved(page, at), at + 600_000);
  assert.ok((await number(page, 'floor-waiting')) > before + 20, 'far more wait than before');
  assert.deepEqual(problems, []);
  await close();
});

test('a changed rule goes live in the middle of the day', async () => {
  const { page, problems, close } = await open({ hash: '#tab=floor&scenario=weekday&file=rules/90-refund.toml' });
  await goTo(page, 0.5);
  await page.getByTestId('inject').click();
  assert.equal(await page.getByTestId('inject-swap').isEnabled(), false, 'nothing has changed yet');
  await page.keyboard.press('Escape');
  await page.locator('.cm-line', { hasText: 'group = "after-sales"' }).first().click();
  await page.keyboard.press('End');
  for (let at = 0; at < '"after-sales"'.length; at += 1) await page.keyboard.press('Backspace');
  await page.keyboard.insertText('"presale"');
  await page.getByTestId('reopen').waitFor();
  await page.getByTestId('inject').click();
  await page.locator('[data-testid="inject-swap"]:enabled').click();
  await page.getByTestId('injections').locator('li', { hasText: 'another ruleset' }).waitFor();
  await page.waitForFunction(() => document.querySelectorAll('[data-testid="time-strip"] path').length === 2);
  assert.deepEqual(problems, []);
  await close();
});

test('everything on the floor is done with the keyboard alone', async () => {
  const { page, problems, close } = await open();
  const start = await instant(page);
  // To the floor's tab, and from there into the panel.
  await page.getByRole('tab', { name: 'Floor' }).focus();
  await page.keyboard.press('Tab');
  const reached = new Set();
  for (let presses = 0; presses < 90; presses += 1) {
    reached.add(
      await page.evaluate(() => {
        const { activeElement: on } = document;
        return on?.closest('[data-testid]')?.getAttribute('data-testid') ?? on?.getAttribute('aria-label') ?? '';
      }),
    );
    await page.keyboard.press('Tab');
  }
  for (const part of ['lanes', 'inject', 'floor', 'time-strip', 'play', 'step', 'speed', 'jump']) assert.ok(reached.has(part), `${part} is reached by Tab`);

  // Page Up on the time bar is an hour; the arrow keys of the bar are minutes.
  await page.getByTestId('time-strip').focus();
  for (let hour = 1; hour <= 10; hour += 1) {
    await page.keyboard.press('PageUp');
    await page.waitForFunction((at) => Number(document.querySelector('[data-testid="clock"]')?.getAttribute('data-at')) === at, start + hour * 3_600_000);
  }
  await page.keyboard.press('ArrowLeft');
  let at = await moved(page, start + 10 * 3_600_000);
  assert.equal(at, start + 10 * 3_600_000 - 60_000);

  // Away from the bar, the right arrow is a step and Space plays.
  await page.locator('[data-testid="clock"]').evaluate(() => document.activeElement?.blur());
  await page.keyboard.press('ArrowRight');
  const next = await moved(page, at);
  assert.ok(next > at && next < at + 60_000, 'a step goes to the next thing that happens');
  await page.keyboard.press('Space');
  await page.locator('[data-testid="play"][data-playing="true"]').waitFor();
  at = await moved(page, next);
  await page.keyboard.press('Space');
  await page.locator('[data-testid="play"][data-playing="false"]').waitFor();

  // An agent is opened with Enter, and the card closed with Escape.
  await page.locator('[data-agent]').first().focus();
  await page.keyboard.press('Enter');
  await page.getByTestId('picked').waitFor();
  await page.keyboard.press('Escape');
  await page.getByTestId('picked').waitFor({ state: 'detached' });
  assert.deepEqual(problems, []);
  await close();
});

test('a conversation under the pointer tells who it is', async () => {
  const { page, problems, close } = await open();
  await goTo(page, 0.86);
  await page.locator('[data-agent]:not([data-open="0"])').first().focus();
  await page.keyboard.press('Enter');
  await page.getByTestId('picked').getByRole('listitem').first().getByRole('button').click();
  assert.match(await textOf(page.getByTestId('picked'), problems), /Conversation #\d+.*Where.*Channel.*Intent.*Rule/s);
  assert.deepEqual(problems, []);
  await close();
});

test('agents who are online and do not answer are seen as such', async () => {
  const { page, problems, close } = await open({ hash: '#tab=floor&scenario=weekday&file=scenarios/weekday.toml' });
  await page.locator('.cm-content').click();
  await page.keyboard.press('Control+End');
  await page.keyboard.insertText('\n[[incident]]\nat = "10:00"\nlength = "30m"\nkind = "agents-silent"\nshare = 0.3\n');
  await page.locator('[data-testid="reopen"]:enabled').click();
  await page.getByTestId('reopen').waitFor({ state: 'detached' });
  // At 10:15 they are silent, at 10:45 no longer.
  await goTo(page, 10.25 / 24);
  const silent = page.locator('[data-agent][data-silent]');
  await silent.first().waitFor();
  assert.equal(await silent.filter({ visible: true }).evaluateAll((seats) => seats.every(({ dataset }) => dataset.presence === 'online')), true);
  assert.match(await silent.first().getAttribute('aria-label'), /online, but not answering/);
  await goTo(page, 10.75 / 24);
  await silent.first().waitFor({ state: 'detached' });
  assert.deepEqual(problems, []);
  await close();
});

test('who does not want motion sees the same floor', async () => {
  const seen = [];
  for (const reducedMotion of ['no-preference', 'reduce']) {
    const { page, problems, close } = await open({ reducedMotion });
    await goTo(page, 0.8);
    await page.getByTestId('speed').getByText('×300').click();
    await page.getByTestId('play').click();
    await moved(page, await instant(page));
    await page.getByTestId('play').click();
    await goTo(page, 0.86);
    seen.push([await instant(page), ...(await shown(page))]);
    assert.deepEqual(problems, []);
    await close();
  }
  assert.deepEqual(seen[0], seen[1]);
});

test('a script that loops for ever, in one worker or in all, stops nothing on the page', async () => {
  const { page, problems, close } = await open({ hash: '#tab=floor&scenario=weekday&file=rules/40-vip-value.rhai' });
  await page.locator('.cm-line', { hasText: 'let value = value_of(customer);' }).click();
  await page.keyboard.press('End');
  await page.keyboard.insertText(' while true {}');
  await page.locator('[data-testid="reopen"]:enabled').click();
  await jump(page, 'next rule failure');
  assert.match(await textOf(page.getByTestId('found'), problems), /next rule failure · .+ · #\d+/);
  // The rest of the day, in the pool beside it, comes to its end, too.
  await page.locator('[data-testid="time-strip"] path').first().waitFor({ state: 'attached', timeout: 60_000 });
  assert.deepEqual(problems, []);
  await close();
});

test('a worker that hangs costs its own run and nothing else', async () => {
  const context = await newContext(browser, { locale: 'en-GB', viewport: { width: 1280, height: 720 } });
  const page = await context.newPage();
  // The first engine checks the folder, the second watches the floor, the third runs the day for the strip: that one hangs.
  let started = 0;
  await context.route('**/worker-*.js', (route) => {
    started += 1;
    if (started === 3) return route.fulfill({ contentType: 'text/javascript', body: 'self.onmessage = () => { for (;;); };' });
    return route.continue();
  });
  await page.goto(`${site.url}#tab=floor`);
  await page.getByTestId('floor').waitFor({ timeout: 30_000 });
  await page.waitForFunction(() => document.querySelectorAll('[data-agent]').length > 0, null, { timeout: 30_000 });
  assert.equal(started, 3);
  const at = await instant(page);
  await page.getByTestId('play').click();
  await moved(page, at);
  await page.getByTestId('play').click();
  // Twenty seconds of silence end it; what is injected then is calculated by a new worker.
  await page.waitForTimeout(21_000);
  await page.getByTestId('inject').click();
  await page.getByTestId('inject-surge').click();
  await page.locator('[data-testid="time-strip"] path').first().waitFor({ state: 'attached', timeout: 30_000 });
  assert.ok(started > 3, 'a new worker took its place');
  await context.close();
});
