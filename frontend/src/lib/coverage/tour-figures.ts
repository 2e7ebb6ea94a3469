import { addDays, mondayOf } from '$lib/visits/days';

export const PERIODS = ['week', 'month', 'quarter'] as const;
export type Period = (typeof PERIODS)[number];

/** The stretch of days up to today: this week, the last 30 days, the last 90. */
export function stretch(period: Period, today: string): { from: string; until: string } {
  if (period === 'week') return { from: mondayOf(today), until: today };
  return { from: addDays(today, period === 'month' ? -29 : -89), until: today };
}

/** A share as whole hundredths; a dash where there is nothing to compare. */
export function percent(share: number | null | undefined): string {
  return share == null ? '–' : `${Math.round(share * 100)} %`;
}

/** Weeks by their Mondays, with what their days sum up to: a bar for each. */
export function weeks<D extends { day: string; planned: number; done: number }>(days: D[]) {
  const sums = new Map<string, { monday: string; planned: number; done: number }>();
  for (const { day, planned, done } of days) {
    const monday = mondayOf(day);
    const sum = sums.get(monday) ?? { monday, planned: 0, done: 0 };
    sums.set(monday, { monday, planned: sum.planned + planned, done: sum.done + done });
  }
  return [...sums.values()].toSorted((a, b) => a.monday.localeCompare(b.monday));
}
