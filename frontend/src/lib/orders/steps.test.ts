import { describe, expect, it } from 'vitest';
import { stepsOf } from './steps';

const all = () => true;
const only =
  (...permissions: string[]) =>
  (permission: string) =>
    permissions.includes(permission);
const order = (status: Parameters<typeof stepsOf>[0]['status'], waiting = false) => ({
  status,
  approval: { waiting },
});

describe('the steps of an order', () => {
  it('go on by one at a time', () => {
    expect(stepsOf(order('approved'), all)).toEqual(['process', 'edit', 'cancel']);
    expect(stepsOf(order('processing'), all)).toEqual(['ship', 'cancel']);
    expect(stepsOf(order('shipped'), all)).toEqual(['deliver']);
    expect(stepsOf(order('delivered'), all)).toEqual(['invoice']);
    expect(stepsOf(order('invoiced'), all)).toEqual([]);
    expect(stepsOf(order('cancelled'), all)).toEqual([]);
  });

  it('are approved by whoever approves, while they wait', () => {
    const agent = only('orders:write');
    expect(stepsOf(order('pending_approval', true), all)).toContain('approve');
    expect(stepsOf(order('pending_approval', true), agent)).toEqual(['edit', 'cancel']);
    expect(stepsOf(order('pending_approval', false), all)).toEqual(['edit', 'cancel']);
    expect(stepsOf(order('approved'), agent)).toEqual(['edit', 'cancel']);
    expect(stepsOf(order('approved'), only('orders:process'))).toEqual(['process']);
  });
});
