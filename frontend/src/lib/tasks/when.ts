import { romeDay } from '$lib/i18n/format';

const DAY_MS = 86_400_000;

/** What a `datetime-local` field shows for an instant: the wall clock of this device. */
export function localInput(at: Date): string {
  const shifted = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}

/** So many days from now at a full hour; the next working day when that is a weekend. */
export function atHour(days: number, hour: number, now = new Date()): Date {
  const at = new Date(now.getTime() + days * DAY_MS);
  at.setHours(hour, 0, 0, 0);
  if (days > 0) while (at.getDay() === 0 || at.getDay() === 6) at.setTime(at.getTime() + DAY_MS);
  return at;
}

/** The hour by which a task of today is usually due; later in the evening, the next full hour. */
export function later(now = new Date()): Date {
  const evening = atHour(0, 18, now);
  if (evening > now) return evening;
  const next = new Date(now.getTime() + 3_600_000);
  next.setMinutes(0, 0, 0);
  return romeDay(next) === romeDay(now) ? next : new Date(now.getTime() + 600_000);
}
