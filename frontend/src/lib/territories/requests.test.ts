import { expect, test } from 'vitest';
import { areasOf } from './requests';

test('areas are read as people list them', () => {
  expect(areasOf('Piemonte, to; 101\nTrentino-Alto  Adige,,')).toEqual([
    'Piemonte',
    'TO',
    '101',
    'Trentino-Alto Adige',
  ]);
  expect(areasOf(' ')).toEqual([]);
});
