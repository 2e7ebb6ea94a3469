import { currentLanguage, fmt, t } from '$lib/i18n/index.svelte';
import { wholeMonth, type Period } from './periods';

const noon = (day: string) => new Date(`${day}T12:00:00Z`);
const locale = () => (currentLanguage() === 'en' ? 'en-GB' : 'it-IT');
const format = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat(locale(), { ...options, timeZone: 'Europe/Rome' });

/** Days as people say them: ottobre 2026, 1–24 nov 2026. */
export function periodText(period: Period): string {
  const month = wholeMonth(period);
  if (month) return monthText(month);
  const days = format({ day: 'numeric', month: 'short', year: 'numeric' });
  return days.formatRange(noon(period.from), noon(period.until));
}

export const monthText = (day: string) =>
  format({ month: 'long', year: 'numeric' }).format(noon(day));

/** Below an axis: nov 26. */
export const monthShort = (day: string) =>
  format({ month: 'short', year: '2-digit' }).format(noon(day));

/** Below an axis: 24/11. */
export const dayShort = (day: string) =>
  format({ day: 'numeric', month: 'numeric' }).format(noon(day));

/** A share from 0 to 1 in percent; whole where it is large. */
export function shareText(share: number | null | undefined): string {
  if (share == null) return '–';
  const percent = share * 100;
  const digits = percent !== 0 && Math.abs(percent) < 10 ? 1 : 0;
  return `${fmt().number(Math.round(percent * 10 ** digits) / 10 ** digits)} %`;
}

export const partText = (part: number, whole: number) => shareText(whole ? part / whole : null);

export const numberText = (value: number | null | undefined) =>
  value == null ? '–' : fmt().number(Math.round(value * 10) / 10);

export const moneyText = (cents: number | null | undefined) =>
  cents == null ? '–' : fmt().roundMoney(cents);

const MILLION_CENTS = 100_000_000;

/** For an axis: whole euro; from a million on, in millions. */
export function moneyShort(cents: number): string {
  if (cents < MILLION_CENTS) return moneyText(cents);
  const compact = { notation: 'compact', maximumFractionDigits: 1 } as const;
  return `${new Intl.NumberFormat(locale(), compact).format(cents / 100)} €`;
}

export const daysText = (days: number | null | undefined) =>
  days == null ? '–' : t().analytics.days(days, fmt().number(Math.round(days * 10) / 10));

export type Unit = 'cents' | 'count' | 'share' | 'days';

export function figureText(value: number | null | undefined, unit: Unit): string {
  switch (unit) {
    case 'cents':
      return moneyText(value);
    case 'share':
      return shareText(value);
    case 'days':
      return daysText(value);
    case 'count':
      return numberText(value);
  }
}

/** What a name that nobody gave is called. */
export const named = (name: string | null | undefined) => name || t().analytics.unnamed;
export const agentNamed = (name: string | null | undefined) => name || t().analytics.nobody;
