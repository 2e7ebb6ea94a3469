import { expect, test } from 'vitest';
import { bodyOf, draftOf, unreadable } from './draft';
import type { Availability } from './requests';

const hours = {
  agent_id: 'a',
  version: 2,
  week: { mon: [['08:30', '18:00']], fri: [['09:00', '13:00']] },
  lunch: ['12:30', '14:30'],
  lunch_minutes: 60,
  start: { label: 'Casa, Torino', lat: 45.07, lng: 7.69 },
  end: null,
  visits_most: 12,
  absences: [],
} as unknown as Availability;

test('working hours come back from their form as they went in', () => {
  const { week, lunch, lunch_minutes, start, end, visits_most } = hours;
  expect(bodyOf(draftOf(hours))).toEqual({ week, lunch, lunch_minutes, start, end, visits_most });
});

test('without a window there is no break', () => {
  expect(bodyOf({ ...draftOf(hours), lunch: '' })).toMatchObject({ lunch: null, lunch_minutes: 0 });
});

test('one window a day can be read, no other text', () => {
  const draft = draftOf(hours);
  expect(unreadable(draft)).toEqual([]);
  draft.week.tue = '9-12, 15-18';
  draft.week.wed = 'mattina';
  draft.lunch = '14-13';
  expect(unreadable(draft)).toEqual(['tue', 'wed', 'lunch']);
});
