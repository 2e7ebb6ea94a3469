import { DAYS, hoursText, readHours, type Day } from '$lib/sites/hours';
import type { Availability, Base, WorkingHours } from './requests';

/** How somebody works, as the form holds it. */
export interface HoursDraft {
  week: Record<Day, string>;
  lunch: string;
  lunchMinutes: string;
  start: Base | null;
  /** None: where the day began. */
  end: Base | null;
  visitsMost: string;
}

export function draftOf(hours: Availability): HoursDraft {
  const week = hours.week as Record<string, string[][]>;
  const lunch = hours.lunch as string[] | null | undefined;
  return {
    week: Object.fromEntries(DAYS.map((day) => [day, hoursText(week[day])])) as Record<Day, string>,
    lunch: lunch ? hoursText([lunch]) : '',
    lunchMinutes: String(hours.lunch_minutes),
    start: hours.start ?? null,
    end: hours.end ?? null,
    visitsMost: String(hours.visits_most),
  };
}

const whole = (text: string) => (/^\d{1,6}$/.test(text.trim()) ? Number(text) : -1);

export function bodyOf(draft: HoursDraft): WorkingHours {
  const week = DAYS.map((day) => [day, readHours(draft.week[day]) ?? []] as const);
  const [lunch] = readHours(draft.lunch) ?? [];
  return {
    week: Object.fromEntries(week.filter(([, windows]) => windows.length > 0)),
    lunch: lunch ?? null,
    lunch_minutes: lunch ? whole(draft.lunchMinutes) : 0,
    start: draft.start,
    end: draft.end,
    visits_most: whole(draft.visitsMost),
  };
}

/** What cannot be read: a day that is no window or more than one, or the lunch break. */
export function unreadable(draft: HoursDraft): (Day | 'lunch')[] {
  const single = (text: string) => (readHours(text)?.length ?? 2) <= 1;
  const days = DAYS.filter((day) => !single(draft.week[day]));
  return single(draft.lunch) ? days : [...days, 'lunch'];
}
