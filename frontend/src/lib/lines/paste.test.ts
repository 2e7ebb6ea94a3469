import { expect, test } from 'vitest';
import { isTable, readTable } from './paste';

test('a table from a spreadsheet becomes lines', () => {
  expect(readTable('M-10\t12\t4,20\t5%\r\nFragola\t3\r\n\r\n')).toEqual([
    { text: 'M-10', quantity: '12', unit_price: '4.2', discount_percent: '5' },
    { text: 'Fragola', quantity: '3', unit_price: null, discount_percent: null },
  ]);
});

test('with a heading the columns may stand in any order', () => {
  expect(readTable('Q.tà\tPrezzo\tNote\tCodice\n12\t€ 4,20\tx\tM-10\n\t\t\tM-11')).toEqual([
    { text: 'M-10', quantity: '12', unit_price: '4.2', discount_percent: null },
    { text: 'M-11', quantity: '1', unit_price: null, discount_percent: null },
  ]);
});

test('a list of codes is a table, a word is not', () => {
  expect(isTable('M-10\nM-11')).toBe(true);
  expect(isTable('M-10\t2')).toBe(true);
  expect(isTable('M-10\n')).toBe(false);
  expect(isTable('Menta 10 ml')).toBe(false);
  expect(readTable('M-10\nM-11').map((line) => line.quantity)).toEqual(['1', '1']);
});
