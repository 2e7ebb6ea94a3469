import { expect, test } from 'vitest';
import { badNumbers, bodyOf, draftOf } from './draft';

test('a draft goes to the server with numbers as it reads them', () => {
  const draft = {
    ...draftOf(),
    name: ' Menta ',
    kind: 'liquid',
    volume_ml: '10',
    nicotine_mg_ml: '6,5',
    list_price: '4,905',
    unit_cost: '3,1',
  };
  expect(bodyOf(draft, false)).toMatchObject({
    name: 'Menta',
    sku: null,
    nicotine_mg_ml: '6.5',
    list_price: '4.905',
    vat_rate: 22,
    vat_nature: null,
  });
  expect(bodyOf(draft, false)).not.toHaveProperty('unit_cost');
  expect(bodyOf(draft, true)).toHaveProperty('unit_cost', '3.1');
});

test('what goes with another choice is left out', () => {
  const draft = { ...draftOf(), kind: 'hardware', nicotine_mg_ml: '6', vat_nature: 'N4' };
  expect(bodyOf(draft, false)).toMatchObject({ nicotine_mg_ml: null, vat_nature: null });
  expect(bodyOf({ ...draft, vat_rate: '0' }, false)).toMatchObject({ vat_nature: 'N4' });
});

test('what is no number is named', () => {
  expect(badNumbers({ ...draftOf(), list_price: 'dieci', volume_ml: '10' })).toEqual([
    'list_price',
  ]);
});
