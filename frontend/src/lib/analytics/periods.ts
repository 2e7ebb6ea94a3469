/** Days are `YYYY-MM-DD` in Rome; arithmetic is on the calendar, at noon UTC. */
export interface Period {
  from: string;
  until: string;
}

export const PRESETS = [
  'this_month',
  'last_month',
  'this_quarter',
  'last_quarter',
  'this_year',
  'last_year',
  'last_7',
  'last_30',
  'last_90',
  'last_365',
] as const;
export type Preset = (typeof PRESETS)[number];

const at = (year: number, month: number, day: number) =>
  new Date(Date.UTC(year, month, day, 12)).toISOString().slice(0, 10);

export function addDays(day: string, days: number): string {
  const [year, month, date] = partsOf(day);
  return at(year, month, date + days);
}

function partsOf(day: string): [number, number, number] {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return [year, month - 1, date];
}

/** What a preset means on a day; what has not ended ends today. */
export function periodOf(preset: Preset, today: string): Period {
  const [year, month] = partsOf(today);
  const quarter = month - (month % 3);
  switch (preset) {
    case 'this_month':
      return { from: at(year, month, 1), until: today };
    case 'last_month':
      return { from: at(year, month - 1, 1), until: at(year, month, 0) };
    case 'this_quarter':
      return { from: at(year, quarter, 1), until: today };
    case 'last_quarter':
      return { from: at(year, quarter - 3, 1), until: at(year, quarter, 0) };
    case 'this_year':
      return { from: at(year, 0, 1), until: today };
    case 'last_year':
      return { from: at(year - 1, 0, 1), until: at(year - 1, 11, 31) };
    default:
      return { from: addDays(today, 1 - Number(preset.slice(5))), until: today };
  }
}

/** Whether a text is a day of the calendar. */
export function isDay(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && addDays(text, 0) === text;
}

/** The whole month a period is, as its first day; nothing otherwise. */
export function wholeMonth({ from, until }: Period): string | undefined {
  const [year, month, day] = partsOf(from);
  return day === 1 && at(year, month + 1, 0) === until ? from : undefined;
}

/** The first days of the months a period touches. */
export function monthsOf({ from, until }: Period): string[] {
  const [year, month] = partsOf(from);
  const months: string[] = [];
  for (let step = 0; step < 36 && at(year, month + step, 1) <= until; step += 1) {
    months.push(at(year, month + step, 1));
  }
  return months;
}

/** The month that begins on a day. */
export function wholeMonthOf(first: string): Period {
  const [year, month] = partsOf(first);
  return { from: first, until: at(year, month + 1, 0) };
}
