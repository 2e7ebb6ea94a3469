import { expect, it } from 'vitest';
import { deltaOf } from './delta';

it.each([
  [150, 100, 'cents', '', { way: 'up', change: 0.5, good: true }],
  [50, 100, 'count', '', { way: 'down', change: -0.5, good: false }],
  [50, 100, 'count', 'lost', { way: 'down', change: -0.5, good: true }],
  [0.5, 0.25, 'share', '', { way: 'up', change: 0.25, good: true }],
  [7, 7, 'count', '', { way: 'same', change: 0, good: null }],
  [7, 0, 'count', '', { way: 'fresh', change: null, good: true }],
  [-50, -100, 'cents', '', { way: 'up', change: 0.5, good: true }],
  [7, null, 'count', '', undefined],
  [null, 7, 'share', '', undefined],
] as const)('%s after %s', (now, before, unit, name, expected) => {
  expect(deltaOf(now, before, unit, name)).toEqual(expected);
});
