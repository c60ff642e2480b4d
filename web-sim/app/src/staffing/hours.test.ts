import { describe, expect, it } from 'vitest';
import type { Staffed } from '../generated/types/Staffed';
import type { StaffingCell } from '../generated/types/StaffingCell';
import { gap, gridOf, sign } from './hours';
import { staffingFile } from './staffing-file';

const cell = (group: string, hour: number, conversations: number, staffed: Staffed | null = null): StaffingCell => ({
  group,
  name: group.toUpperCase(),
  hour,
  at: hour * 3_600_000,
  conversations,
  handle_ms_mean: 60_000,
  capacity: 3,
  scheduled: 2,
  need: null,
  staffed,
});

describe('the hours of an answer', () => {
  it('leave out groups and hours to which nobody comes', () => {
    const grid = gridOf([cell('a', 9, 3), cell('a', 8, 1), cell('a', 7, 0), cell('b', 8, 0), cell('c', 9, 2)]);
    expect(grid.groups.map(({ slug }) => slug)).toEqual(['a', 'c']);
    expect(grid.hours.map(({ hour }) => hour)).toEqual([8, 9]);
    expect(grid.cell('c', 8)).toBeUndefined();
  });

  it('say by a sign what their colour says', () => {
    const of = (staffed: Staffed) => [sign(cell('a', 1, 1, staffed)), gap(cell('a', 1, 1, staffed))];
    expect(of({ kind: 'too-few', missing: 2 })).toEqual(['−2', -2]);
    expect(of({ kind: 'just-enough' })).toEqual(['≈', 0]);
    expect(of({ kind: 'enough', spare: 0 })).toEqual(['✓', 0]);
    expect(of({ kind: 'enough', spare: 3 })).toEqual(['+3', 3]);
    expect(of({ kind: 'never-enough' })).toEqual(['✗', 0]);
    expect([sign(cell('a', 1, 1)), sign(cell('a', 1, 0))]).toEqual(['…', '']);
  });

  it('become a table whose names are no formulas', () => {
    const [head, row] = staffingFile([{ ...cell('a', 1, 2.5, { kind: 'too-few', missing: 2 }), name: '=1+1' }]).split('\r\n');
    expect(head).toContain('missing,spare');
    expect(row).toBe("a,'=1+1,1970-01-01T01:00:00.000Z,2.5,60000,3,2,,,,2,");
  });
});
