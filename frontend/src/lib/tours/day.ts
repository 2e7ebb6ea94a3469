import { isOpen } from '$lib/visits/requests';
import type { Stop, Tour } from './requests';

/** How far a day is. */
export interface Progress {
  done: number;
  missed: number;
  /** Stops that count: what was cancelled does not. */
  all: number;
  /** Seconds behind the plan, by what is being done or comes next; never negative. */
  late: number;
}

const LATE_FROM_S = 5 * 60;

export const openStops = (stops: Stop[]) => stops.filter(({ visit }) => isOpen(visit));

/** Where somebody is, else where they go next. */
export function nextStop(stops: Stop[]): Stop | undefined {
  return stops.find(({ visit }) => visit.status === 'under_way') ?? openStops(stops)[0];
}

/** When a stop's visit begins: after waiting for the door to open. */
export function beginsAt(stop: Pick<Stop, 'arrives_at' | 'waiting_seconds'>): string {
  return new Date(Date.parse(stop.arrives_at) + stop.waiting_seconds * 1000).toISOString();
}

export function progressOf(stops: Stop[], now: Date): Progress {
  const count = (status: string) => stops.filter(({ visit }) => visit.status === status).length;
  const all = stops.length - count('cancelled');
  return { done: count('done'), missed: count('missed'), all, late: lateness(stops, now) };
}

/** Whoever is still in a shop, or still on the way, is so late. A few minutes are none. */
function lateness(stops: Stop[], now: Date): number {
  const next = nextStop(stops);
  if (!next) return 0;
  const due = next.visit.status === 'under_way' ? next.leaves_at : beginsAt(next);
  const late = (now.getTime() - Date.parse(due)) / 1000;
  return late > LATE_FROM_S ? late : 0;
}

/** When a stop is to be expected now that the day is late; stops before the one being made keep their times. */
export function expectedAt(stop: Stop, late: number): string {
  return new Date(Date.parse(beginsAt(stop)) + late * 1000).toISOString();
}

/** The day's working time, driving and waiting included, in seconds. */
export function lengthOf(tour: Pick<Tour, 'starts_at' | 'ends_at'>): number {
  return Math.max(0, (Date.parse(tour.ends_at) - Date.parse(tour.starts_at)) / 1000);
}

/** Driving as a share of the whole day, 0…1. */
export function drivingShare(tour: Pick<Tour, 'starts_at' | 'ends_at' | 'travel_seconds'>): number {
  const length = lengthOf(tour);
  return length > 0 ? Math.min(1, tour.travel_seconds / length) : 0;
}
