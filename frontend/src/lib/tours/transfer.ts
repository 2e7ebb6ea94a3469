import { newId } from '$lib/api/client';
import { createVisit, putOnDay, readVisit, type Visit } from '$lib/visits/requests';
import {
  createTour,
  orderTour,
  readTour,
  readTours,
  withdrawTour,
  type Stop,
  type Tour,
} from './requests';

export const visitIds = (stops: Stop[]) => stops.map(({ visit }) => visit.id);

/** What both days look like after a visit has gone from one to the other. */
export interface Transferred {
  visit: Visit;
  /** Null: it was the last stop, and the tour is gone. */
  from: Tour | null;
  to: Tour | null;
}

/** Takes a visit off its tour. It stays in the diary; a tour without stops is no tour. */
export async function takeOff(
  tour: Tour,
  visit: Visit,
): Promise<{ visit: Visit; tour: Tour | null }> {
  const rest = visitIds(tour.stops).filter((id) => id !== visit.id);
  if (rest.length > 0) {
    const left = await orderTour(tour, rest);
    return { visit: await readVisit(visit.id), tour: left };
  }
  await withdrawTour(tour);
  const now = await readVisit(visit.id);
  // What only the plan wanted is cancelled with its tour: the same visit again.
  if (now.status === 'planned') return { visit: now, tour: null };
  const { place_id, agent_id, day, minutes, subject } = visit;
  const again = await createVisit(newId(), { place_id, agent_id, day, minutes, subject });
  return { visit: again, tour: null };
}

/** Puts a visit that is on no tour onto the tour of its day; without a tour there, and a place for it, one is made. */
export async function putOn(visit: Visit, at?: number): Promise<Tour | null> {
  const [tour] = await readTours(visit.day, visit.day, visit.agent_id);
  if (tour) {
    const ids = visitIds(tour.stops);
    ids.splice(at ?? ids.length, 0, visit.id);
    return orderTour(tour, ids);
  }
  return at === undefined ? null : createTour(newId(), visit.day, visit.agent_id, [visit.id]);
}

/** Moves a visit from its tour to another day: into its tour there (at a place, or at the end), or only into the diary. */
export async function transfer(
  tour: Tour,
  stop: Stop,
  day: string,
  at?: number,
): Promise<Transferred> {
  const off = await takeOff(tour, stop.visit);
  const visit = await putOnDay(off.visit, day);
  return { visit, from: off.tour, to: await putOn(visit, at) };
}

/** Takes a visit off the tour it is on, if it is on one. */
export async function free(visit: Visit): Promise<Visit> {
  if (!visit.tour_id) return visit;
  const tour = await readTour(visit.tour_id);
  return tour.stops.some((stop) => stop.visit.id === visit.id)
    ? (await takeOff(tour, visit)).visit
    : visit;
}

/** Brings a visit to another day, from wherever it is now: onto the tour there if there is one. */
export async function bring(id: string, day: string, at?: number): Promise<Visit> {
  const visit = await putOnDay(await free(await readVisit(id)), day);
  await putOn(visit, at);
  return visit;
}
