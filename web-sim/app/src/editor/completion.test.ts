import { describe, expect, it, vi } from 'vitest';
import type { ApiItem } from '../generated/types/ApiItem';
import { enclosingCall, receiverType } from './completion';

vi.mock('./knowledge', () => ({}));

function item(kind: ApiItem['kind'], receiver: ApiItem['receiver'], name: string, returns: ApiItem['returns']): ApiItem {
  return { kind, receiver, name, returns, parameters: [], required: 0, may_be_nothing: false, doc: '', doc_zh: '', example: '', result: '', hooks: [] };
}

const items = [
  item('function', null, 'to_group', 'effects'),
  item('method', 'effects', 'priority', 'effects'),
  item('method', 'desk', 'group', 'group'),
  item('property', 'customer', 'vip', 'int'),
];

describe('receiverType', () => {
  it('knows the hooks’ parameters', () => {
    expect(receiverType('    if customer.', items)).toBe('customer');
  });
  it('knows what a call on one of them gives', () => {
    expect(receiverType('let free = desk.group("vip").', items)).toBe('group');
  });
  it('knows that effects are chained', () => {
    expect(receiverType('to_group("售后").', items)).toBe('effects');
    expect(receiverType('to_group("售后").priority(3).', items)).toBe('effects');
  });
  it('says nothing about what it cannot tell', () => {
    expect(receiverType('answer.', items)).toBeNull();
  });
});

describe('enclosingCall', () => {
  it('finds the call and the argument', () => {
    expect(enclosingCall('to_group("a").require_skill("refund", ')).toEqual({ name: 'require_skill', at: 1 });
    expect(enclosingCall('let x = 1 + ')).toBeNull();
  });
});
