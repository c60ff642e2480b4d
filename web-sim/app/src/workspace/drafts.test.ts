import { describe, expect, it } from 'vitest';
import { applied, difference } from './drafts';

const example = { 'tenant.toml': 'a', 'rules/10-a.toml': 'b', 'rules/20-b.toml': 'c' };

describe('a draft', () => {
  it('holds what was changed, added and removed, and nothing else', () => {
    const edited = { 'tenant.toml': 'a', 'rules/10-a.toml': 'B', 'rules/30-c.rhai': 'd' };
    const draft = difference(example, edited);
    expect(draft).toEqual({ 'rules/10-a.toml': 'B', 'rules/30-c.rhai': 'd', 'rules/20-b.toml': null });
    expect(applied(example, draft)).toEqual(edited);
  });

  it('is empty for an unchanged folder', () => {
    expect(difference(example, { ...example })).toEqual({});
  });
});
