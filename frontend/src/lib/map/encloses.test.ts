import { expect, test } from 'vitest';
import { encloses } from './encloses';

const horseshoe: [number, number][] = [
  [0, 0],
  [6, 0],
  [6, 6],
  [4, 6],
  [4, 2],
  [2, 2],
  [2, 6],
  [0, 6],
];

test('what lies inside a line drawn by hand is found, hollows left out', () => {
  const cases: [number, number, boolean][] = [
    [1, 1, true],
    [1, 5, true],
    [5, 5, true],
    [3, 1, true],
    [3, 4, false],
    [7, 3, false],
    [-1, 1, false],
  ];
  for (const [x, y, inside] of cases) expect(encloses(horseshoe, [x, y]), `${x} ${y}`).toBe(inside);
  expect(encloses([], [0, 0])).toBe(false);
});
