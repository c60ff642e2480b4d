/** How wide the left pane is, kept in this browser. */
const KEY = 'pointsman.layout.1';
const DEFAULT = '47%';

/** The left pane's share of the width. */
export function loadShare(): string {
  const share = localStorage.getItem(KEY) ?? '';
  return /^\d{1,2}(\.\d+)?%$/.test(share) ? share : DEFAULT;
}

/** `sizes` in pixels, as the splitter gives them; kept as a share, so that another window size fits too. */
export function saveShare(sizes: number[]): void {
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const first = sizes[0];
  if (first !== undefined && all > 0) localStorage.setItem(KEY, `${((first / all) * 100).toFixed(2)}%`);
}
