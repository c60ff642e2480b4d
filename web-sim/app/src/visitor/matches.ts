/** The visitor's message, cut where rules found words in it. */
import type { MatchedText } from '../generated/types/MatchedText';

export interface Piece {
  text: string;
  isMatched: boolean;
}

/** Cuts `text` at the matches, whose offsets count UTF-16 units. Overlapping matches become one. */
export function pieces(text: string, matches: readonly MatchedText[]): Piece[] {
  const stretches = matches.map(({ start, end }) => ({ start, end })).sort((a, b) => a.start - b.start || b.end - a.end);
  const found: Piece[] = [];
  let done = 0;
  for (const { start, end } of stretches) {
    const last = found.at(-1);
    if (start < done || (start === done && last?.isMatched)) {
      if (end > done && last) {
        last.text += text.slice(done, end);
        done = end;
      }
      continue;
    }
    if (start > done) found.push({ text: text.slice(done, start), isMatched: false });
    found.push({ text: text.slice(start, end), isMatched: true });
    done = end;
  }
  if (done < text.length) found.push({ text: text.slice(done), isMatched: false });
  return found;
}
