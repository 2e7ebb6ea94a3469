import { expect, test } from 'vitest';
import type { Visit } from '$lib/visits/requests';
import { clockOf, entryOf, hoursShown, placed, snapped, type Entry } from './entries';

const visit = (changes: Partial<Visit>) =>
  ({
    id: 'v',
    day: '2026-12-01',
    agent_id: 'a',
    status: 'planned',
    minutes: 30,
    fixed_at: null,
    expected_at: null,
    started_at: null,
    ended_at: null,
    ...changes,
  }) as Visit;

const entry = (id: string, from: number, until: number) => ({ id, from, until }) as Entry;

test('a visit is shown when it was agreed, expected, or took place', () => {
  const span = (changes: Partial<Visit>) => {
    const { from, until, fixed, movable } = entryOf(visit(changes));
    return [from, until, fixed, movable];
  };
  expect(span({})).toEqual([null, 30, false, true]);
  expect(span({ expected_at: '2026-12-01T08:00:00Z' })).toEqual([540, 570, false, true]);
  const agreed = { fixed_at: '2026-12-01T09:15:00Z', expected_at: '2026-12-01T08:00:00Z' };
  expect(span(agreed)).toEqual([615, 645, true, true]);
  const made = { started_at: '2026-12-01T09:30:00Z', ended_at: '2026-12-01T10:10:00Z' };
  expect(span({ ...agreed, ...made, status: 'done' })).toEqual([630, 670, true, false]);
  // In summer Rome is two hours ahead.
  expect(span({ fixed_at: '2026-07-01T08:00:00Z' })).toEqual([600, 630, true, true]);
  expect(span({ fixed_at: '2026-12-01T22:50:00Z' })).toEqual([23 * 60 + 50, 24 * 60, true, true]);
});

test('what overlaps lies side by side, what does not has the whole width', () => {
  const rows = placed([
    entry('a', 540, 600),
    entry('b', 570, 630),
    entry('c', 600, 660),
    entry('d', 700, 730),
    { ...entry('e', 0, 30), from: null },
  ]).map(({ entry: { id }, lane, lanes }) => [id, lane, lanes]);
  expect(rows).toEqual([
    ['a', 0, 2],
    ['b', 1, 2],
    ['c', 0, 2],
    ['d', 0, 1],
  ]);
});

test('a grid shows the usual day and what lies outside it', () => {
  expect(hoursShown([])).toEqual({ from: 8, until: 19 });
  expect(hoursShown([entry('a', 430, 460), entry('b', 1130, 1170)])).toEqual({
    from: 7,
    until: 20,
  });
});

test('drops land on the quarter and within the day', () => {
  expect(clockOf(snapped(547, 30))).toBe('09:00');
  expect(clockOf(snapped(549, 30))).toBe('09:15');
  expect(clockOf(snapped(-20, 30))).toBe('00:00');
  expect(clockOf(snapped(1439, 40))).toBe('23:20');
});
