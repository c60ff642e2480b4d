/** What stories about the floor do and read. */

/** Waits until the strip of the time bar shows the day. */
export async function drawn(page) {
  await page.locator('[data-testid="time-strip"] path').first().waitFor({ state: 'attached', timeout: 30_000 });
}

/** The instant that is shown. */
export const instant = async (page) => Number(await page.getByTestId('clock').getAttribute('data-at'));

/** Waits until the playhead stands somewhere else than at `before`, and gives where. */
export async function moved(page, before) {
  await page.waitForFunction(
    (at) => document.querySelector('[data-testid="clock"]')?.getAttribute('data-at') !== String(at),
    before,
  );
  return instant(page);
}

/** Jumps to a share of the day by the time bar. */
export async function goTo(page, share) {
  const before = await instant(page);
  const strip = await page.getByTestId('time-strip').boundingBox();
  await page.mouse.click(strip.x + strip.width * share, strip.y + 15);
  return moved(page, before);
}

/** What the lanes, the seats and the figures above them say. */
export const shown = (page) =>
  page.evaluate(() => [
    ...[...document.querySelectorAll('[data-group]')].map((lane) => `${lane.dataset.group} ${lane.dataset.waiting}`),
    ...[...document.querySelectorAll('[data-agent]')].map((seat) => `${seat.dataset.agent} ${seat.dataset.open} ${seat.dataset.presence}`),
    ...[...document.querySelectorAll('[data-testid^="floor-"] dd')].map((figure) => figure.textContent),
  ]);
