import { fmt, t } from '$lib/i18n/index.svelte';
import type { Place } from './requests';

/** Where a shop is and what class it has: `Torino (TO) · A`. */
export function placeLine({ city, province, class: klass }: Place): string {
  const town = [city, province && `(${province})`].filter(Boolean).join(' ');
  return [town, klass && t().coverage.classNamed(klass)].filter(Boolean).join(' · ');
}

/** When somebody was there last. */
export function lastSeen({ last_visit_on }: Pick<Place, 'last_visit_on'>): string {
  return last_visit_on ? fmt().day(last_visit_on) : t().visits.standing.never!;
}

/** Days since the last visit ÷ days between visits, as a salesperson says it: 1,4×. */
export function urgencyText({ urgency, last_visit_on }: Place): string {
  if (!last_visit_on) return '–';
  return `${fmt().number(Math.round(urgency * 10) / 10)}×`;
}
