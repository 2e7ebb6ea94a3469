import { expect, test } from 'vitest';
import { badHours, bodyOf, draftOf, dueAfter } from './draft';
import type { Rules } from './requests';

const perClass = { a: 14, b: 30, c: 60, other: 45 };
const rules: Rules = {
  version: 3,
  cadence_days: perClass,
  visit_minutes: { a: 40, b: 30, c: 20, other: 30 },
  due_from: 0.7,
  usual_hours: { mon: [['09:00', '13:00']] } as unknown as Rules['usual_hours'],
  within_hours: 'whole_visit',
  weights: { urgency: 60, deals: 20, offers: 10, churn: 10 },
  positions: false,
  positions_kept_days: 90,
  position_decimals: 4,
  check_in_radius_m: 300,
};

test('rules come back from their form as they went in', () => {
  const { version, ...body } = rules;
  expect(version).toBe(3);
  expect(bodyOf(draftOf(rules))).toEqual(body);
});

test('what is no number is sent as one that is refused', () => {
  const draft = draftOf(rules);
  draft.cadence.a = 'spesso';
  draft.dueFrom = '72,5';
  draft.hours.tue = '9-25';
  expect(bodyOf(draft)).toMatchObject({ cadence_days: { a: -1, b: 30 }, due_from: 0.725 });
  expect(badHours(draft)).toEqual(['tue']);
});

test('a cadence and a share say when a visit is due', () => {
  expect(dueAfter('14', '70')).toBe(10);
  expect(dueAfter('30', '70')).toBe(21);
  expect(dueAfter('', '70')).toBeNull();
});
