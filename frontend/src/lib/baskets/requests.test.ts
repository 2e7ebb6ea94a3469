import { describe, expect, it } from 'vitest';
import { isBlank, isComplete } from '$lib/lines/draft';
import { isDue, lineOf, type BasketItem } from './requests';

const item: BasketItem = {
  product_id: '019aab00-0000-7000-8000-000000000001',
  product_name: 'Menta fresca 10 ml',
  sku: 'MF-10',
  unit: 'pz',
  usual_quantity: '12',
  interval_days: 28,
  last_ordered_on: '2026-10-01',
  orders: 4,
  standing: 'due',
};

describe('what a shop usually orders', () => {
  it('becomes a line that lacks nothing but its price', () => {
    const line = lineOf(item);
    expect(isBlank(line)).toBe(false);
    expect(isComplete(line)).toBe(true);
    expect(line.known).toBeNull();
    expect(line).toMatchObject({ sku: 'MF-10', quantity: '12', unit_price: null });
  });

  it('is due when it is time, and when it is past it', () => {
    const due = (standing: BasketItem['standing']) => isDue({ ...item, standing });
    expect([due('due'), due('missing'), due('fine'), due('once')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
