import { romeDay } from '$lib/i18n/format';

const DAY_MS = 86_400_000;

/** Calendar days as `YYYY-MM-DD`; noon in Greenwich stands for a day, so no zone moves it. */
const noon = (day: string) => Date.parse(`${day}T12:00:00Z`);

export const today = (now = new Date()): string => romeDay(now);

export function addDays(day: string, count: number): string {
  return new Date(noon(day) + count * DAY_MS).toISOString().slice(0, 10);
}

/** 1 is Monday, 7 Sunday. */
export function weekdayOf(day: string): number {
  return new Date(noon(day)).getUTCDay() || 7;
}

export function mondayOf(day: string): string {
  return addDays(day, 1 - weekdayOf(day));
}

/** Every day from the first to the last. */
export function daysFrom(from: string, until: string): string[] {
  const days: string[] = [];
  for (let day = from; day <= until; day = addDays(day, 1)) days.push(day);
  return days;
}

/** Whether a text is a day that the calendar has. */
export function isDay(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(noon(text)) && addDays(text, 0) === text;
}

/** The wall clock in Rome of an instant: `09:30`. */
export function romeTime(at: string): string {
  const clock = { hour: '2-digit', minute: '2-digit', timeZone: 'Europe/Rome' } as const;
  return new Intl.DateTimeFormat('sv-SE', clock).format(new Date(at));
}

/** The instant of a wall clock in Rome; a time that summer time leaves out is the one an hour later. */
export function atRome(day: string, time: string): string {
  const wanted = Date.parse(`${day}T${time}:00Z`);
  for (const hours of [2, 1]) {
    const at = new Date(wanted - hours * 3_600_000);
    if (romeDay(at) === day && romeTime(at.toISOString()) === time) return at.toISOString();
  }
  return new Date(wanted - 3_600_000).toISOString();
}

/** The stretch of days that people plan: the rest of this week, the next one, the one after. */
export function weekChoices(now = today()): { from: string; until: string }[] {
  const monday = mondayOf(now);
  const rest = addDays(now, 1);
  const weeks = [7, 14].map((ahead) => ({
    from: addDays(monday, ahead),
    until: addDays(monday, ahead + 4),
  }));
  const friday = addDays(monday, 4);
  return rest <= friday ? [{ from: rest, until: friday }, ...weeks] : weeks;
}
