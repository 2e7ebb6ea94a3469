import { describe, expect, it } from 'vitest';
import { Formats } from '$lib/i18n/format';
import { quantity } from './figures';

describe('decimal texts', () => {
  it.each([
    ['12', 0, '12'],
    ['12.500', 0, '12,5'],
    ['4.9000', 2, '4,90'],
    ['0.1438', 2, '0,1438'],
    ['1234567.25', 0, '1.234.567,25'],
  ])('%s reads as in Italy', (text, decimals, out) => {
    expect(quantity(text, new Formats('it'), decimals)).toBe(out);
  });

  it('reads in English too', () => {
    expect(quantity('1234.5', new Formats('en'), 2)).toBe('1,234.50');
  });
});
