import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isOverCeiling, lineCents, totalsOf, type Amounts, type Totals } from './amounts';

interface Document {
  name: string;
  lines: (Amounts & { net_cents: number; tax_cents: number })[];
  totals: Totals;
}

/** The same file as the server's tests: what is shown while typing is what will be saved. */
const vectors = new URL('../../../../services/crm/fixtures/line-totals.json', import.meta.url);
const documents: Document[] = JSON.parse(readFileSync(vectors, 'utf8'));

describe('totals are the server’s, to the cent', () => {
  test.each(documents.map((document) => [document.name, document] as const))(
    '%s',
    (_, document) => {
      for (const line of document.lines) {
        const { net, tax } = lineCents(line);
        expect([Number(net), Number(tax)]).toEqual([line.net_cents, line.tax_cents]);
      }
      expect(totalsOf(document.lines)).toEqual(document.totals);
    },
  );
});

test('a price by hand counts like a discount, against the price of the list', () => {
  const over = (unit_price: string, discount_percent: string, ceiling: string, list = '8') =>
    isOverCeiling({ unit_price, discount_percent, list_price: list }, ceiling);
  expect(over('10', '28', '10')).toBe(false);
  expect(over('10', '28.01', '10')).toBe(true);
  expect(over('7.2', '0', '10')).toBe(false);
  expect(over('7.1999', '0', '10')).toBe(true);
  expect(over('0', '0', '100')).toBe(false);
  const text = { unit_price: '5', discount_percent: '10.5', list_price: null };
  expect(isOverCeiling(text, '10.5')).toBe(false);
  expect(isOverCeiling(text, '10')).toBe(true);
});
