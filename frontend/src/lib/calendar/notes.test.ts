import { expect, test } from 'vitest';
import { against, notesOf } from './notes';
import type { Availability } from './requests';

const agent = {
  week: { mon: [['08:30', '18:00']], tue: [['09:00', '13:00']] },
  stays: [{ from_day: '2026-12-09', until_day: '2026-12-11', place: { label: 'Hotel' } }],
  absences: [{ from_day: '2026-12-07', until_day: '2026-12-08', reason: 'holiday' }],
} as unknown as Availability;

test('a day says when somebody works, and why not', () => {
  expect(notesOf('2026-11-30', agent)).toEqual({
    hours: [
      [0, 510],
      [1080, 1440],
    ],
  });
  expect(notesOf('2026-12-02', agent).hours).toEqual([[0, 1440]]);
  expect(notesOf('2026-12-08', agent)).toEqual({
    holiday: 'immaculate',
    absent: 'holiday',
    hours: [[0, 1440]],
  });
  const nights = ['2026-12-08', '2026-12-09', '2026-12-10', '2026-12-11'];
  expect(nights.map((day) => notesOf(day, agent).night)).toEqual([
    undefined,
    'Hotel',
    'Hotel',
    undefined,
  ]);
  expect(notesOf('2026-12-25')).toEqual({ holiday: 'christmas' });
});

test('a visit that is moved to an odd time is told why', () => {
  const told = (day: string, from: number | null) => against({ day, from }, agent);
  expect(told('2026-11-30', 600)).toBeUndefined();
  expect(told('2026-11-30', null)).toBeUndefined();
  expect(told('2026-11-30', 480)).toBe('off');
  expect(told('2026-12-02', null)).toBe('off');
  expect(told('2026-12-07', 600)).toBe('absent');
  expect(told('2026-12-08', 600)).toBe('holiday');
  expect(against({ day: '2026-12-25', from: null })).toBe('holiday');
  expect(against({ day: '2026-12-24', from: 60 })).toBeUndefined();
});
