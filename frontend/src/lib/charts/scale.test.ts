import { describe, expect, it } from 'vitest';
import { labelEvery, largest, linePath, percent, ticks } from './scale';

describe('ticks', () => {
  it.each([
    [100, false, [0, 25, 50, 75, 100]],
    [7, false, [0, 2, 4, 6, 8]],
    [3, true, [0, 1, 2, 3]],
    [1, true, [0, 1]],
    [1_234_567, false, [0, 500_000, 1_000_000, 1_500_000]],
    [0.4, false, [0, 0.1, 0.2, 0.30000000000000004, 0.4]],
    [0, false, [0, 1]],
    [Number.NaN, false, [0, 1]],
  ])('up to %s are round', (max, whole, expected) => {
    expect(ticks(max, 4, whole)).toEqual(expected);
  });

  it('always reach the largest value, in few steps', () => {
    for (let max = 1; max < 5000; max += 7) {
      const all = ticks(max, 4, true);
      expect(all.at(-1)!).toBeGreaterThanOrEqual(max);
      expect(all.length).toBeLessThanOrEqual(6);
      expect(all.every(Number.isInteger)).toBe(true);
    }
  });
});

describe('lines', () => {
  it('have a gap where nothing is known', () => {
    const path = linePath(
      [1, 2, null, 4],
      (index) => index * 10,
      (value) => 100 - value,
    );
    expect(path).toBe('M0 99L10 98M30 96');
  });

  it('have as many labels as fit', () => {
    expect(labelEvery(30, 480)).toBe(3);
    expect(labelEvery(5, 480)).toBe(1);
    expect(labelEvery(30, 0)).toBe(30);
  });
});

it('shares stay within their bar', () => {
  expect([percent(1, 3), percent(5, 4), percent(-1, 4), percent(1, 0)]).toEqual([33.3, 100, 0, 0]);
  expect(largest([1, null, 7, undefined])).toBe(7);
  expect(largest([])).toBe(0);
});
