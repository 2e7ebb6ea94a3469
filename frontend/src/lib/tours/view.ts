import { isDay, mondayOf, today } from '$lib/visits/days';

/** Which day, or the week of which day, of whom; as the URL holds it. */
export interface DayView {
  day: string;
  /** Empty: oneself. */
  agent: string;
}

export function viewOf(url: URL, now = today()): DayView {
  const day = url.searchParams.get('day') ?? '';
  return { day: isDay(day) ? day : now, agent: url.searchParams.get('agent') ?? '' };
}

/** The week's view begins on Monday. */
export function weekOf(url: URL, now = today()): DayView {
  const view = viewOf(url, now);
  return { ...view, day: mondayOf(view.day) };
}

/** The same page with some of the view changed; what is empty is the usual. */
export function withView(url: URL, changes: Partial<DayView>): string {
  const params = new URLSearchParams(url.searchParams);
  for (const [name, value] of Object.entries(changes)) {
    if (value) params.set(name, value);
    else params.delete(name);
  }
  const query = params.toString();
  return query ? `${url.pathname}?${query}` : url.pathname;
}
