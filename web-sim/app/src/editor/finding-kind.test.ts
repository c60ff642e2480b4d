import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { findings as en } from '../i18n/en/findings';
import { findings as zh } from '../i18n/zh/findings';

it('every finding that the engine has is told in both languages', () => {
  const source = readFileSync(new URL('../../../../engine/src/diagnostic.rs', import.meta.url), 'utf8');
  const codes = [...source.matchAll(/= "(R\d{3})", (?:Error|Warning);/g)].map(([, code]) => code);
  expect(codes.length).toBeGreaterThan(30);
  expect(Object.keys(zh)).toEqual(codes);
  expect(Object.keys(en)).toEqual(codes);
});
