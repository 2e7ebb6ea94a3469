import { expect, test } from 'vitest';
import { daysOf, shownOf, stepped, withShown } from './range';

test('views show whole weeks and months', () => {
  expect(daysOf('day', '2026-12-02')).toEqual(['2026-12-02']);
  const week = daysOf('week', '2026-12-02');
  expect([week[0], week.at(-1), week.length]).toEqual(['2026-11-30', '2026-12-06', 7]);
  const month = daysOf('month', '2027-02-10');
  expect([month[0], month.at(-1), month.length % 7]).toEqual(['2027-02-01', '2027-02-28', 0]);
  const long = daysOf('month', '2026-12-31');
  expect([long[0], long.at(-1)]).toEqual(['2026-11-30', '2027-01-03']);
  // Summer time begins on 28 March 2027: no day is lost or doubled.
  expect(daysOf('week', '2027-03-28')).toHaveLength(7);
  expect(daysOf('agenda', '2026-12-02')).toHaveLength(14);
});

test('one steps by what is shown', () => {
  expect(stepped('day', '2026-12-31', 1)).toBe('2027-01-01');
  expect(stepped('week', '2026-12-02', -1)).toBe('2026-11-25');
  expect(stepped('month', '2027-01-31', 1)).toBe('2027-02-01');
  expect(stepped('month', '2027-03-31', -1)).toBe('2027-02-01');
});

test('the URL holds the view', () => {
  const url = new URL('https://crm.example/visits/calendar?view=week&day=2026-12-02&who=a,b');
  const now = '2026-11-30';
  expect(shownOf(url, now)).toEqual({ view: 'week', day: '2026-12-02', who: ['a', 'b'] });
  expect(shownOf(new URL('https://crm.example/x?view=year&day=2026-02-31'), now)).toEqual({
    view: '',
    day: now,
    who: [],
  });
  expect(withShown(url, { day: now, who: [] }, now)).toBe('/visits/calendar?view=week');
});
