import { describe, expect, it, vi } from 'vitest';

vi.stubGlobal('location', { hash: '' });
vi.stubGlobal('window', { addEventListener: () => undefined });
const { formatHash, parseHash } = await import('./url-state');

describe('the state in the address', () => {
  it('comes back as it went', () => {
    const state = { tenant: 'shop', tab: 'visitor' as const, file: 'rules/40-退款.toml', scenario: 'promo-peak', seed: 123 };
    expect(parseHash(formatHash(state))).toEqual(state);
  });

  it('is short where nothing was chosen', () => {
    expect(formatHash(parseHash(''))).toBe('#');
  });

  it('takes nothing that makes no sense', () => {
    expect(parseHash('#tab=admin&seed=-3').tab).toBe('simulate');
    expect(parseHash('#seed=-3').seed).toBe(7);
    expect(parseHash('#seed=9007199254740993').seed).toBe(7);
  });
});
