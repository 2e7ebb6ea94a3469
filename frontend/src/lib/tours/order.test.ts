import { describe, expect, it } from 'vitest';
import { find, gapKey, gapOf, moved, step } from './order';

describe('a stop that is moved', () => {
  it.each([
    [0, 2, 'bcad'],
    [3, 0, 'dabc'],
    [1, 1, 'abcd'],
    [0, 99, 'bcda'],
    [9, 0, 'abcd'],
  ])('from %i to %i', (from, to, result) => {
    expect(moved([...'abcd'], from, to).join('')).toBe(result);
  });

  it('finds its gap again', () => {
    const gap = { day: 'someone|2026-11-30', at: 3 };
    expect(gapOf(gapKey(gap))).toEqual(gap);
  });
});

describe('the keyboard', () => {
  const days = [
    { key: 'mon', stops: [{ key: 'a' }, { key: 'b' }, { key: 'c' }] },
    { key: 'tue', stops: [{ key: 'd' }] },
    { key: 'wed', stops: [] },
  ];

  it.each([
    // Within its own day there are as many places as stops.
    [{ day: 'mon', at: 0 }, 'ArrowUp', { day: 'mon', at: 0 }],
    [{ day: 'mon', at: 0 }, 'ArrowDown', { day: 'mon', at: 1 }],
    [{ day: 'mon', at: 2 }, 'ArrowDown', { day: 'mon', at: 2 }],
    // In another day there is one more.
    [{ day: 'mon', at: 2 }, 'ArrowRight', { day: 'tue', at: 1 }],
    [{ day: 'tue', at: 1 }, 'ArrowDown', { day: 'tue', at: 1 }],
    [{ day: 'tue', at: 1 }, 'ArrowRight', { day: 'wed', at: 0 }],
    [{ day: 'wed', at: 0 }, 'ArrowRight', { day: 'wed', at: 0 }],
    [{ day: 'mon', at: 1 }, 'ArrowLeft', { day: 'mon', at: 1 }],
  ])('from %o with %s', (from, key, to) => expect(step(days, 'a', from, key)).toEqual(to));

  it('knows where a stop stands', () => {
    expect(find(days, 'd')).toEqual({ day: 'tue', at: 0 });
    expect(find(days, 'z')).toBeUndefined();
  });
});
