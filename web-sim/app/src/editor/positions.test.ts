import { Text } from '@codemirror/state';
import { describe, expect, it } from 'vitest';
import { range } from './positions';

const text = Text.of(['any = ["退款😭", "@nothere"]', 'x = 1']);
const place = (line: number, column: number, end_line: number, end_column: number) => ({ line, column, end_line, end_column });

describe('range', () => {
  it('counts an emoji as two units, as the engine’s columns do', () => {
    const { from, to } = range(text, place(1, 16, 1, 26));
    expect(text.sliceString(from, to)).toBe('"@nothere"');
  });

  it('shows at least one character', () => {
    expect(range(text, place(2, 1, 2, 1))).toEqual({ from: 27, to: 28 });
  });

  it('stays inside a document that has become shorter', () => {
    expect(range(text, place(9, 4, 9, 8))).toEqual({ from: text.length, to: text.length });
    expect(range(text, place(2, 40, 2, 50))).toEqual({ from: text.length, to: text.length });
  });

  it('is the first line for a whole file', () => {
    expect(range(text, null)).toEqual({ from: 0, to: text.line(1).to });
  });
});
