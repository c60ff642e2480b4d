/** How the costs of a rule's calls are spread, in as many steps as can be told apart. */
import type { CostStretch } from '../generated/types/CostStretch';

/** Puts neighbouring stretches together until there are at most `most`; every call is still counted once. */
export function merged(spread: readonly CostStretch[], most: number): CostStretch[] {
  const each = Math.ceil(spread.length / most);
  const result: CostStretch[] = [];
  for (let at = 0; at < spread.length; at += each) {
    const together = spread.slice(at, at + each);
    const last = together.at(-1);
    if (last) result.push({ cost_max: last.cost_max, calls: together.reduce((sum, { calls }) => sum + calls, 0) });
  }
  return result;
}
