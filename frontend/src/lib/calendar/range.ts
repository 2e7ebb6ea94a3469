import { addDays, daysFrom, isDay, mondayOf, today } from '$lib/visits/days';

export type View = 'day' | 'week' | 'month' | 'agenda';
export const VIEWS: View[] = ['day', 'week', 'month', 'agenda'];

/** The page's view, as the URL holds it; `who` are agents' ids, none: everybody in reach. */
export interface Shown {
  view: View | '';
  day: string;
  who: string[];
}

export function shownOf(url: URL, now = today()): Shown {
  const day = url.searchParams.get('day') ?? '';
  const view = url.searchParams.get('view') as View;
  return {
    view: VIEWS.includes(view) ? view : '',
    day: isDay(day) ? day : now,
    who: (url.searchParams.get('who') ?? '').split(',').filter(Boolean),
  };
}

export function withShown(url: URL, changes: Partial<Shown>, now = today()): string {
  const params = new URLSearchParams(url.searchParams);
  const set = (name: string, value: string, usual = '') =>
    value === usual ? params.delete(name) : params.set(name, value);
  if (changes.view !== undefined) set('view', changes.view);
  if (changes.day !== undefined) set('day', changes.day, now);
  if (changes.who !== undefined) set('who', changes.who.join(','));
  const query = params.toString();
  return query ? `${url.pathname}?${query}` : url.pathname;
}

/** How far an agenda looks ahead. */
const AGENDA_DAYS = 14;

/** The days that a view shows around a day. A month shows whole weeks. */
export function daysOf(view: View, day: string): string[] {
  if (view === 'day') return [day];
  if (view === 'agenda') return daysFrom(day, addDays(day, AGENDA_DAYS - 1));
  if (view === 'week') return daysFrom(mondayOf(day), addDays(mondayOf(day), 6));
  const first = `${day.slice(0, 8)}01`;
  const last = addDays(`${addDays(first, 31).slice(0, 8)}01`, -1);
  return daysFrom(mondayOf(first), addDays(mondayOf(last), 6));
}

/** The day that the view before or after is around. */
export function stepped(view: View, day: string, step: 1 | -1): string {
  if (view === 'day') return addDays(day, step);
  if (view === 'week') return addDays(day, 7 * step);
  if (view === 'agenda') return addDays(day, AGENDA_DAYS * step);
  const first = `${day.slice(0, 8)}01`;
  return `${addDays(first, step > 0 ? 31 : -1).slice(0, 8)}01`;
}
