import type { Day } from '$lib/sites/hours';
import { weekdayOf } from '$lib/visits/days';
import { minutesOf } from './entries';
import { holidayOf, type Holiday } from './holidays';
import type { Availability } from './requests';

/** What a column says of its day: why nobody works, and which times lie outside work. */
export interface DayNotes {
  holiday?: Holiday;
  absent?: Availability['absences'][number]['reason'];
  /** Where the night after it is spent. */
  night?: string;
  /** Minutes of the day in which the agent does not work; none known: everybody's column. */
  hours?: [from: number, until: number][];
}

const NAMES: Day[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const DAY_END = 24 * 60;

export function notesOf(day: string, availability?: Availability): DayNotes {
  const holiday = holidayOf(day);
  if (!availability) return { holiday };
  const away = availability.absences.find(
    ({ from_day, until_day }) => from_day <= day && day <= until_day,
  );
  const night = availability.stays.find(
    ({ from_day, until_day }) => from_day <= day && day < until_day,
  );
  const week = availability.week as Record<string, string[][]>;
  const [window] = week[NAMES[weekdayOf(day) - 1]!] ?? [];
  const off: [number, number][] =
    !window || away
      ? [[0, DAY_END]]
      : [
          [0, minutesOf(window[0]!)],
          [minutesOf(window[1]!), DAY_END],
        ];
  return { holiday, absent: away?.reason, night: night?.place.label, hours: off };
}

/** What speaks against a visit at this time, if anything does; without a time only its day counts. */
export function against(
  { day, from }: { day: string; from: number | null },
  availability?: Availability,
): 'holiday' | 'absent' | 'off' | undefined {
  const { holiday, absent, hours = [] } = notesOf(day, availability);
  if (holiday) return 'holiday';
  if (absent) return 'absent';
  const whole = hours.some(([start, end]) => start === 0 && end === DAY_END);
  const outside = from !== null && hours.some(([start, end]) => start <= from && from < end);
  return whole || outside ? 'off' : undefined;
}
