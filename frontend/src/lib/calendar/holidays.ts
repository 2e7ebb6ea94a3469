import { addDays } from '$lib/visits/days';

/** The names of Italy's national holidays, by month and day. */
const FIXED: Record<string, Holiday> = {
  '01-01': 'new_year',
  '01-06': 'epiphany',
  '04-25': 'liberation',
  '05-01': 'labour',
  '06-02': 'republic',
  '08-15': 'assumption',
  '10-04': 'francis',
  '11-01': 'all_saints',
  '12-08': 'immaculate',
  '12-25': 'christmas',
  '12-26': 'stephen',
};

export type Holiday =
  | 'new_year'
  | 'epiphany'
  | 'easter'
  | 'easter_monday'
  | 'liberation'
  | 'labour'
  | 'republic'
  | 'assumption'
  | 'francis'
  | 'all_saints'
  | 'immaculate'
  | 'christmas'
  | 'stephen';

/** From this year on Saint Francis' day is one again. */
const FRANCIS_SINCE = 2026;

/** Easter Sunday of a year (Gauss, as Meeus wrote it down). */
export function easter(year: number): string {
  const [a, b, c] = [year % 19, Math.floor(year / 100), year % 100];
  const d = Math.floor(b / 4);
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - d - g + 15) % 30;
  const m = Math.floor((a + 11 * h) / 319);
  const r = (2 * (b % 4) + 2 * Math.floor(c / 4) - (c % 4) - h + m + 32) % 7;
  const month = Math.floor((h - m + r + 90) / 25);
  const day = (h - m + r + month + 19) % 32;
  const two = (value: number) => String(value).padStart(2, '0');
  return `${year}-${two(month)}-${two(day)}`;
}

/** Which national holiday a day is, if any. */
export function holidayOf(day: string): Holiday | undefined {
  const year = Number(day.slice(0, 4));
  const sunday = easter(year);
  if (day === sunday) return 'easter';
  if (day === addDays(sunday, 1)) return 'easter_monday';
  const fixed = FIXED[day.slice(5)];
  return fixed === 'francis' && year < FRANCIS_SINCE ? undefined : fixed;
}
