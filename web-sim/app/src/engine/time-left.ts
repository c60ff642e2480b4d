/** How long runs that are under way will still take. */

/** Before so much time has passed, or so much is done, an estimate would jump about. */
const TIME_MS_MIN = 250;
const SHARE_MIN = 0.02;

export interface Measured {
  /** Of each run: 0 to 1. */
  shares: readonly number[];
  /** When each run that is under way began; `null`: not yet, or it is over. */
  begins: readonly (number | null)[];
  /** When all of them began. */
  begun_ms: number;
  now_ms: number;
}

/**
 * The rest at the pace so far, and never less than the slowest run under way needs by itself. `null`: too early to
 * tell.
 */
export function timeLeft({ shares, begins, begun_ms, now_ms }: Measured): number | null {
  const sum = shares.reduce((all, share) => all + share, 0);
  const took_ms = now_ms - begun_ms;
  if (shares.length === 0 || sum === shares.length) return 0;
  if (took_ms < TIME_MS_MIN || sum / shares.length < SHARE_MIN / shares.length) return null;
  let left_ms = (took_ms * (shares.length - sum)) / sum;
  begins.forEach((begin, index) => {
    const share = shares[index] ?? 0;
    if (begin === null || share < SHARE_MIN) return;
    left_ms = Math.max(left_ms, ((now_ms - begin) * (1 - share)) / share);
  });
  return left_ms;
}
