import { describe, expect, it } from 'vitest';
import { pieces } from './matches';

function match(start: number, end: number) {
  return { keyword: '', text: '', start, end };
}

describe('pieces', () => {
  it('cuts around matches', () => {
    expect(pieces('😭我要退款', [match(4, 6)])).toEqual([
      { text: '😭我要', isMatched: false },
      { text: '退款', isMatched: true },
    ]);
  });

  it('joins what overlaps or touches, in any order', () => {
    expect(pieces('退款退货吗', [match(2, 4), match(0, 2), match(1, 3)])).toEqual([
      { text: '退款退货', isMatched: true },
      { text: '吗', isMatched: false },
    ]);
  });

  it('leaves a message without matches whole, and an empty one empty', () => {
    expect(pieces('你好', [])).toEqual([{ text: '你好', isMatched: false }]);
    expect(pieces('', [])).toEqual([]);
  });
});
