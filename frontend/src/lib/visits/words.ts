import { fmt, t } from '$lib/i18n/index.svelte';
import type { Visit } from './requests';

/** When a visit is or was, as people say it. */
export function whenOf(visit: Visit): string {
  const day = fmt().weekday(visit.day);
  const words = t().visits;
  if (visit.started_at) return `${day}, ${fmt().time(visit.started_at)}`;
  if (visit.fixed_at) return `${day}, ${fmt().time(visit.fixed_at)} · ${words.appointment}`;
  if (visit.expected_at) return `${day}, ${words.about(fmt().time(visit.expected_at))}`;
  if (visit.until_day) return words.between(day, fmt().weekday(visit.until_day));
  return `${day}, ${words.anyTime}`;
}

/** The hour at which a visit is to be made, or until when any will do. */
export function hourOf(visit: Pick<Visit, 'until_day'>, at: string | null | undefined): string {
  if (at) return fmt().time(at);
  const { until_day: until } = visit;
  return until ? t().visits.anyDayUntil(fmt().weekday(until, 'short')) : t().visits.anyTime;
}
