import { expect, test } from 'vitest';
import { percent, stretch, weeks } from './tour-figures';

test('a period ends today', () => {
  expect(stretch('week', '2026-12-02')).toEqual({ from: '2026-11-30', until: '2026-12-02' });
  expect(stretch('month', '2026-12-02')).toEqual({ from: '2026-11-03', until: '2026-12-02' });
  expect(stretch('quarter', '2026-12-02').from).toBe('2026-09-04');
});

test('shares are whole, or not there', () => {
  expect([percent(0.333), percent(1), percent(0), percent(null)]).toEqual([
    '33 %',
    '100 %',
    '0 %',
    '–',
  ]);
});

test('days are summed by week', () => {
  const day = (day: string, planned: number, done: number) => ({ day, planned, done });
  expect(
    weeks([day('2026-12-01', 5, 4), day('2026-11-27', 3, 3), day('2026-11-30', 2, 2)]),
  ).toEqual([
    { monday: '2026-11-23', planned: 3, done: 3 },
    { monday: '2026-11-30', planned: 7, done: 6 },
  ]);
});
