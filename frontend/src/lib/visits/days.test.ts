import { describe, expect, it } from 'vitest';
import {
  addDays,
  atRome,
  daysFrom,
  isDay,
  mondayOf,
  romeTime,
  weekChoices,
  weekdayOf,
} from './days';

describe('days', () => {
  it('are counted by the calendar, over summer time and new year', () => {
    expect(addDays('2026-03-28', 2)).toBe('2026-03-30');
    expect(addDays('2026-10-24', 2)).toBe('2026-10-26');
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
    expect(daysFrom('2026-02-27', '2026-03-02')).toEqual([
      '2026-02-27',
      '2026-02-28',
      '2026-03-01',
      '2026-03-02',
    ]);
    expect(daysFrom('2026-03-02', '2026-03-01')).toEqual([]);
  });

  it.each([
    ['2026-11-30', 1, '2026-11-30'],
    ['2026-12-06', 7, '2026-11-30'],
    ['2027-01-01', 5, '2026-12-28'],
  ])('%s is day %i of the week of %s', (day, number, monday) => {
    expect(weekdayOf(day)).toBe(number);
    expect(mondayOf(day)).toBe(monday);
  });

  it.each([
    ['2026-02-28', true],
    ['2026-02-30', false],
    ['2026-2-3', false],
    ['', false],
    ['oggi', false],
  ])('%s is a day: %s', (text, known) => expect(isDay(text)).toBe(known));
});

describe('the clock in Rome', () => {
  it.each([
    ['2026-11-30', '09:30', '2026-11-30T08:30:00.000Z'],
    ['2026-07-01', '09:30', '2026-07-01T07:30:00.000Z'],
    // 23 and 25 hours: before and after the clocks change.
    ['2026-03-29', '01:59', '2026-03-29T00:59:00.000Z'],
    ['2026-03-29', '03:00', '2026-03-29T01:00:00.000Z'],
    ['2026-10-25', '03:00', '2026-10-25T02:00:00.000Z'],
  ])('%s %s is %s', (day, time, at) => {
    expect(atRome(day, time)).toBe(at);
    expect(romeTime(at)).toBe(time);
  });

  it('has no half past two when summer begins', () => {
    expect(romeTime(atRome('2026-03-29', '02:30'))).toBe('03:30');
  });
});

describe('what one plans', () => {
  it('is the rest of the week and the next ones', () => {
    expect(weekChoices('2026-12-01')[0]).toEqual({ from: '2026-12-02', until: '2026-12-04' });
    expect(weekChoices('2026-12-01')).toHaveLength(3);
  });

  it('on a Sunday begins with tomorrow’s week', () => {
    expect(weekChoices('2026-12-06')[0]).toEqual({ from: '2026-12-07', until: '2026-12-11' });
  });

  it('on a Friday the week is over', () => {
    expect(weekChoices('2026-12-04')[0]?.from).toBe('2026-12-07');
  });
});
