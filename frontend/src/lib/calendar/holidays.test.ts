import { expect, test } from 'vitest';
import { easter, holidayOf } from './holidays';

test('Easter is where the church has it', () => {
  const known: [number, string][] = [
    [2000, '2000-04-23'],
    [2024, '2024-03-31'],
    [2025, '2025-04-20'],
    [2026, '2026-04-05'],
    [2027, '2027-03-28'],
    [2038, '2038-04-25'],
  ];
  for (const [year, day] of known) expect(easter(year)).toBe(day);
});

test('national holidays are known, the others are working days', () => {
  expect(holidayOf('2026-12-08')).toBe('immaculate');
  expect(holidayOf('2027-03-29')).toBe('easter_monday');
  expect(holidayOf('2026-10-04')).toBe('francis');
  expect(holidayOf('2025-10-04')).toBeUndefined();
  expect(holidayOf('2026-12-07')).toBeUndefined();
});
