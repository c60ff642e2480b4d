import type { TFunction } from 'i18next';
import { describe, expect, it } from 'vitest';
import type { ConcernKind } from '../generated/types/ConcernKind';
import type { FindingKind } from '../generated/types/FindingKind';
import type { FoundLine } from '../generated/types/FoundLine';
import { en } from '../i18n/en';
import { zh } from '../i18n/zh';
import { said } from './said';

/** As i18next does it, but that a text which is not there is an error. */
function texts(catalogue: typeof zh): TFunction {
  return ((key: string, values: Record<string, string> = {}) => {
    const found = key.split('.').reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], catalogue);
    if (typeof found !== 'string') throw new Error(`there is no text ${key}`);
    return found.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => values[name] ?? `{{${name}}}`);
  }) as unknown as TFunction;
}

const found = (kind: FindingKind, concerns: [ConcernKind, string][], grade: FoundLine['grade'] = 'fault'): FoundLine => ({
  kind,
  grade,
  status: 'proved',
  message: 'exactly',
  help: 'do',
  concerns: concerns.map(([what, name]) => ({ what, slug: name, name, file: 'x', place: null })),
  witness: null,
});

describe('said', () => {
  it('names what a finding concerns, in the page’s language', () => {
    const shadowed = found('shadowed-rule', [['rule', '退款'], ['rule', '售后'], ['rule', '投诉']]);
    expect(said(shadowed, texts(zh)).text).toBe('规则「退款」设置的内容从不算数：「售后」、「投诉」总是先设置好了。');
    expect(said(shadowed, texts(en)).text).toBe('What the rule “退款” sets never counts: “售后”, “投诉” always set it first.');
  });

  it('tells the ways apart in which a kind can be', () => {
    const t = texts(zh);
    const texts_of = [
      found('unreachable-rule', [['rule', 'a']]),
      found('unreachable-rule', [['rule', 'a'], ['rule', 'b']]),
      found('never-fired', [['rule', 'a']]),
      found('never-fired', [['rule', 'a']], 'note'),
      found('nobody-eligible', [['rule', 'a'], ['agent', 'b']]),
      found('nobody-eligible', [['rule', 'a'], ['group', 'b']]),
      found('nobody-eligible', [['rule', 'a'], ['group', 'b']], 'note'),
      found('nobody-eligible', [['group', 'b']]),
      found('one-agent', [['rule', 'a']]),
      found('one-agent', [['agent', 'a'], ['group', 'b']]),
      found('one-agent', [['rule', 'a'], ['group', 'b'], ['agent', 'c']], 'note'),
    ].map((line) => said(line, t).text);
    expect(new Set(texts_of).size).toBe(texts_of.length);
    for (const text of texts_of) expect(text).not.toMatch(/\{\{|「」/);
  });

  it('has words for every kind', () => {
    for (const kind of Object.keys(zh.analysis.kind) as FindingKind[]) {
      for (const catalogue of [zh, en]) {
        const { text, help } = said(found(kind, [['rule', 'r'], ['rule', 's'], ['group', 'g'], ['keyword', 'k']]), texts(catalogue));
        expect(text).not.toMatch(/\{\{/);
        expect(help).not.toBe('');
      }
    }
  });
});
