import { expect, test } from 'vitest';
import { parts, share, worstFirst } from './figures';

const line = (places: number, within: number, due: number, overdue: number, never: number) => ({
  places,
  within,
  due,
  overdue,
  never,
});

test('a share is whole only when nothing is missing', () => {
  const cases: [number, number, string][] = [
    [0, 0, '–'],
    [0, 10, '0 %'],
    [1, 1000, '1 %'],
    [1, 2, '50 %'],
    [999, 1000, '99 %'],
    [10, 10, '100 %'],
  ];
  for (const [within, places, shown] of cases) expect(share({ within, places })).toBe(shown);
});

test('the parts of a line are all its shops', () => {
  const counts = parts(line(20, 12, 3, 5, 3)).map(({ count }) => count);
  expect(counts).toEqual([9, 3, 5, 3]);
  expect(counts.reduce((sum, count) => sum + count)).toBe(20);
});

test('who is behind comes first', () => {
  const lines = [line(10, 10, 0, 0, 0), line(50, 20, 0, 30, 0), line(40, 10, 0, 10, 20)];
  expect(worstFirst(lines).map(({ places }) => places)).toEqual([50, 40, 10]);
});
