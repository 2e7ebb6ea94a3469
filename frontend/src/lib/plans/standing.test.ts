import { expect, test } from 'vitest';
import type { PlanLine } from './requests';
import { standingOf } from './standing';

const of = (status: PlanLine['status'], until: string) =>
  standingOf(
    { status, request: { from: '2026-11-30', until } as PlanLine['request'] },
    '2026-12-04',
  ).key;

test('a proposal is open until its last day is over', () => {
  expect(of('ready', '2026-12-03')).toBe('over');
  expect(of('ready', '2026-12-04')).toBe('open');
});

test('what was accepted stays so, however old', () => {
  expect(of('accepted', '2026-11-30')).toBe('accepted');
});

test('one that waits and one that is being made are the same to a reader', () => {
  expect([of('queued', '2026-12-11'), of('running', '2026-12-11')]).toEqual(['making', 'making']);
});
