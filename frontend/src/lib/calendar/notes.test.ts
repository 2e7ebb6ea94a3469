import { expect, test } from 'vitest';
import { notesOf } from './notes';
import type { Availability } from './requests';

const agent = {
  week: { mon: [['08:30', '18:00']], tue: [['09:00', '13:00']] },
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
  expect(notesOf('2026-12-25')).toEqual({ holiday: 'christmas' });
});
