import { describe, expect, it } from 'vitest';
import { daysBetween, Formats, moneyInput, parseMoney, romeDay } from './format';

const it_ = new Formats('it');
/** Intl puts no-break spaces; compare as read. */
const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, ' ');

describe('Italian formats', () => {
  it('groups thousands from the first', () => {
    expect(plain(it_.money(100_000))).toBe('1.000 €');
    expect(plain(it_.money(123_456))).toBe('1.234,56 €');
    expect(it_.number(8800)).toBe('8.800');
    expect(it_.money(null)).toBe('–');
  });

  it('keeps a calendar date on its day', () => {
    expect(it_.date('2026-03-01')).toBe('01/03/2026');
    expect(it_.dateTime('2026-03-01T23:30:00Z')).toContain('02/03/2026');
  });

  it('says days as people do', () => {
    const now = new Date('2026-03-10T10:00:00Z');
    expect(it_.day('2026-03-10', now)).toBe('oggi');
    expect(it_.day('2026-03-09T09:00:00Z', now)).toBe('ieri 10:00');
    expect(it_.day('2026-03-03', now)).toBe('3 mar');
    expect(it_.day('2024-03-03', now)).toBe('03/03/2024');
  });

  it('names a span by its largest unit', () => {
    expect(it_.duration(3 * 86_400 + 5)).toBe('3 giorni');
    expect(it_.duration(3600)).toBe('1 ora');
    expect(it_.duration(42)).toBe('42 secondi');
  });
});

describe('days in Rome', () => {
  it('count by the calendar, over the change to summer time', () => {
    expect(romeDay(new Date('2026-03-28T23:30:00Z'))).toBe('2026-03-29');
    expect(daysBetween('2026-03-28', '2026-03-30')).toBe(2);
  });
});

describe('money typed by a person', () => {
  it.each([
    ['1.234,50', 123_450],
    ['1234,5', 123_450],
    ['1234.5', 123_450],
    ['1.234', 123_400],
    ['1,234.50', 123_450],
    ['€ 1 234', 123_400],
    ['0,05', 5],
    ['', null],
  ])('%s', (text, cents) => expect(parseMoney(text)).toBe(cents));

  it('refuses what is no amount', () => {
    expect(parseMoney('mille')).toBeNaN();
    expect(parseMoney('1,2345')).toBeNaN();
  });

  it('shows what it would read back', () => {
    expect(moneyInput(123_450)).toBe('1234,50');
    expect(parseMoney(moneyInput(123_400))).toBe(123_400);
  });
});
