import { expect, test } from 'vitest';
import { byTown, matching, withDay, without } from './holidays';

const day = (city: string, province: string, name: string, month = 6) => ({
  city,
  province,
  name,
  month,
  day: 24,
});
const items = [day('Torino', 'TO', 'San Giovanni'), day('Forlì', 'FC', 'Madonna del Fuoco', 2)];

test('towns are found by how they begin, accents or not', () => {
  const found = (q: string) => matching(items, q).map(({ city }) => city);
  expect(found('forli')).toEqual(['Forlì']);
  expect(found('giovanni to')).toEqual(['Torino']);
  expect(found('roma')).toEqual([]);
  expect(byTown(items).map(({ city }) => city)).toEqual(['Forlì', 'Torino']);
});

test('a town may have several days, each once', () => {
  const more = withDay(items, day('Torino', 'TO', 'Consolata', 7));
  expect(more.map(({ name }) => name)).toEqual(['San Giovanni', 'Madonna del Fuoco', 'Consolata']);
  const renamed = withDay(more, day('Torino', 'TO', 'San Giovanni Battista'));
  expect(renamed).toHaveLength(3);
  expect(without(more, items[0]!).map(({ name }) => name)).toEqual([
    'Madonna del Fuoco',
    'Consolata',
  ]);
});
