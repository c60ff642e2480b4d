/** The widths of the panes, kept in this browser. */
const KEY = 'pointsman.layout.1';

/** The first pane's share of the width. */
const DEFAULT = ['47%'];

export function loadSizes(): (string | number)[] {
  try {
    const sizes: unknown = JSON.parse(localStorage.getItem(KEY) ?? 'null');
    const isSizes = Array.isArray(sizes) && sizes.every((size) => typeof size === 'string' && /^\d+(\.\d+)?%$/.test(size));
    return isSizes && sizes.length === 1 ? sizes : DEFAULT;
  } catch {
    return DEFAULT;
  }
}

/** `sizes` in pixels, as the splitter gives them; kept as shares, so that another window size fits too. */
export function saveSizes(sizes: number[]): void {
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const first = sizes[0];
  if (first === undefined || all <= 0) return;
  localStorage.setItem(KEY, JSON.stringify([`${((first / all) * 100).toFixed(2)}%`]));
}
