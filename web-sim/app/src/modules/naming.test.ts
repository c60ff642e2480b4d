import { describe, expect, it } from 'vitest';
import { isModulePath, pair, pathFor } from './naming';

const file = (name: string) => new File([], name);
const names = ({ picked, rest }: ReturnType<typeof pair>) => ({
  picked: picked.map(({ wasm, toml }) => [wasm.name, toml?.name ?? null]),
  rest: rest.map(({ name }) => name),
});

describe('picked files', () => {
  it('go together by name', () => {
    const files = ['a.wasm', 'b.toml', 'b.wasm', 'c.toml', 'notes.txt'].map(file);
    expect(names(pair(files))).toEqual({ picked: [['a.wasm', null], ['b.wasm', 'b.toml']], rest: ['c.toml', 'notes.txt'] });
  });

  it('go together when there is one of each', () => {
    expect(names(pair(['30-fraud.toml', 'fraud_score.wasm'].map(file))).picked).toEqual([['fraud_score.wasm', '30-fraud.toml']]);
  });
});

describe('the path of a module', () => {
  const files = { 'rules/10-a.toml': '', 'rules/45-b.rhai': '', 'tenant.toml': '' };

  it('comes behind all rules', () => {
    expect(pathFor('fraud_score.wasm', files)).toBe('rules/50-fraud-score.wasm');
    expect(pathFor('fraud_score.wasm', files, ['rules/50-other.wasm'])).toBe('rules/60-fraud-score.wasm');
    expect(pathFor('.wasm', {})).toBe('rules/10-module.wasm');
  });

  it('keeps a number that the file already has', () => {
    expect(pathFor('30-fraud.wasm', files)).toBe('rules/30-fraud.wasm');
  });

  it('is one that the engine reads', () => {
    expect(isModulePath(pathFor('Ünï çødé 欺诈 (1).wasm', files))).toBe(true);
    expect(isModulePath('rules/fraud.wasm')).toBe(false);
    expect(isModulePath('fraud.wasm')).toBe(false);
  });
});
