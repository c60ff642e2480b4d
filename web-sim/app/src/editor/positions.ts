/** Places of findings in a document of the editor. */
import type { Text } from '@codemirror/state';
import type { Place } from '../generated/types/Place';

/** The offset of a line and column; what lies outside the document is moved to its nearest edge. */
function offset(text: Text, line: number, column: number): number {
  if (line > text.lines) return text.length;
  const { from, to } = text.line(Math.max(line, 1));
  return Math.min(from + Math.max(column - 1, 0), to);
}

/** The stretch of the document that a place covers; never empty where the document has a character to show. */
export function range(text: Text, place: Place | null): { from: number; to: number } {
  if (!place) return { from: 0, to: text.line(1).to };
  const from = offset(text, place.line, place.column);
  const to = Math.max(offset(text, place.end_line, place.end_column), from);
  return to > from ? { from, to } : { from, to: Math.min(from + 1, text.length) };
}
