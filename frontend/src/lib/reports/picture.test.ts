import { expect, test } from 'vitest';
import { fitted } from './picture';

test('a picture fits its frame, keeps its shape, and is never blown up', () => {
  expect(fitted(4000, 3000)).toEqual({ width: 1600, height: 1200 });
  expect(fitted(3000, 4000)).toEqual({ width: 1200, height: 1600 });
  expect(fitted(800, 600)).toEqual({ width: 800, height: 600 });
  expect(fitted(1600, 9)).toEqual({ width: 1600, height: 9 });
});
