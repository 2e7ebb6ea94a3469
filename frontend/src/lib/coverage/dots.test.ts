import { expect, test } from 'vitest';
import { dotsOf, legendOf, thirds } from './dots';
import type { MapSpot, Standing } from './requests';

const spot = (id: string, standing: Standing, klass: string | null, cents = 0, urgency = 100) =>
  [id, id, 45, 7, urgency, standing, klass, cents] as MapSpot;
const spots = [
  spot('a', 'overdue', 'A', 900, 150),
  spot('b', 'fine', 'C', 300, 20),
  spot('c', 'never', null, 0),
  spot('d', 'overdue', 'X', 600, 300),
];

test('what is worst shows where several shops are one dot', () => {
  const ranked = dotsOf(spots, 'urgency').toSorted((a, b) => b.rank - a.rank);
  expect(ranked.map(({ id, tone }) => [id, tone])).toEqual([
    ['d', 'bad'],
    ['a', 'bad'],
    ['c', 'accent'],
    ['b', 'good'],
  ]);
});

test('the legend counts every shop once, by state, class or value', () => {
  const counts = (colours: 'urgency' | 'class' | 'value') =>
    legendOf(spots, colours).map(({ key, count }) => [key, count]);
  expect(counts('urgency')).toEqual([
    ['overdue', 2],
    ['never', 1],
    ['due', 0],
    ['fine', 1],
  ]);
  expect(counts('class')).toEqual([
    ['A', 1],
    ['B', 0],
    ['C', 1],
    ['', 2],
  ]);
  expect(counts('value')).toEqual([
    ['high', 1],
    ['middle', 1],
    ['low', 1],
    ['none', 1],
  ]);
});

test('thirds are of those who ordered', () => {
  expect(thirds(spots)).toEqual([600, 900]);
  expect(thirds([])).toEqual([Infinity, Infinity]);
});
