import { expect, test } from 'vitest';
import { atHour, later, localInput } from './when';

test('a field shows the wall clock', () => {
  const at = new Date(2026, 10, 24, 9, 5);
  expect(localInput(at)).toBe('2026-11-24T09:05');
});

test('what is put off never lands on a weekend', () => {
  // A Friday.
  const now = new Date(2026, 10, 20, 10, 30);
  expect(localInput(atHour(1, 9, now))).toBe('2026-11-23T09:00');
  expect(localInput(atHour(3, 9, now))).toBe('2026-11-23T09:00');
  expect(localInput(atHour(7, 9, now))).toBe('2026-11-27T09:00');
  expect(localInput(later(now))).toBe('2026-11-20T18:00');
});
