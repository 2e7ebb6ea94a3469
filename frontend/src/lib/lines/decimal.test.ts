import { expect, test } from 'vitest';
import { decimal, plain, rounded, shown, typed } from './decimal';

test('numbers are read as people here type them', () => {
  for (const [text, value] of [
    ['12', '12'],
    ['4,90', '4.9'],
    ['4.90', '4.9'],
    ['1.234,5', '1234.5'],
    ['1,234.5', '1234.5'],
    ['1.234.567', '1234567'],
    ['1.234', '1234'],
    ['1,234', '1.234'],
    ['0.125', '0.125'],
    ['12.34,5', null],
    ['0,0001', '0.0001'],
    [',5', '0.5'],
    ['5,', '5'],
    ['€ 12,50', '12.5'],
    ['10 %', '10'],
    ['-3', '-3'],
    ['', ''],
    ['  ', ''],
    ['abc', null],
    ['1e5', null],
    ['1.2.3,4,5', null],
    ['-', null],
  ] as const) {
    expect(typed(text), text).toBe(value);
  }
});

test('and shown as they write them', () => {
  expect(shown('4.9000', 2)).toBe('4,90');
  expect(shown('4.9055', 2)).toBe('4,9055');
  expect(shown('12.000')).toBe('12');
  expect(shown('1000', 2)).toBe('1000,00');
  expect(shown(null)).toBe('');
});

test('a half goes away from zero', () => {
  for (const [text, whole] of [
    ['0.5', 1n],
    ['0.49', 0n],
    ['-0.5', -1n],
    ['2.5', 3n],
    ['1.4999999999', 1n],
  ] as const) {
    expect(rounded(decimal(text)), text).toBe(whole);
  }
  expect(plain(decimal('000.500'))).toBe('0.5');
});
