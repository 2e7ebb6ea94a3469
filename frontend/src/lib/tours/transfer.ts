import { newId } from '$lib/api/client';
import { Problem } from '$lib/api/problem';
import { putOnDay, readVisit, type Visit } from '$lib/visits/requests';
import {
  addStop,
  createTour,
  dropStop,
  readTour,
  readTours,
  type Stop,
  type Tour,
} from './requests';

export const visitIds = (stops: Stop[]) => stops.map(({ visit }) => visit.id);

/** A tour that may have gone with its last stop. */
async function ifThere(id: string): Promise<Tour | undefined> {
  return readTour(id).catch((thrown) => {
    if (Problem.from(thrown).status === 404) return undefined;
    throw thrown;
  });
}

/** Takes a visit off its tour. It stays in the diary; a tour without stops is no tour. */
export async function takeOff(
  tour: Tour,
  visit: Visit,
): Promise<{ visit: Visit; tour: Tour | undefined }> {
  await dropStop(tour, visit.id);
  const [now, left] = await Promise.all([readVisit(visit.id), ifThere(tour.id)]);
  return { visit: now, tour: left };
}

/** Puts a visit onto the tour of its day; without a tour there, and a place for it, one is made. */
export async function putOn(visit: Visit, at?: number): Promise<Tour | undefined> {
  const [tour] = await readTours(visit.day, visit.day, visit.agent_id);
  if (tour) return addStop(tour, { visit_id: visit.id }, at);
  return at === undefined ? undefined : createTour(newId(), visit.day, visit.agent_id, [visit.id]);
}

/** Takes a visit off the tour it is on, if it is on one. */
export async function free(visit: Visit): Promise<Visit> {
  if (!visit.tour_id) return visit;
  const tour = await ifThere(visit.tour_id);
  return tour?.stops.some((stop) => stop.visit.id === visit.id)
    ? (await takeOff(tour, visit)).visit
    : visit;
}

/**
 * Brings a visit to another day, from wherever it is now: onto the tour there if there is one, at a place or
 * where it costs least. Without a tour there it is in the diary only, unless a place is said.
 */
export async function bring(id: string, day: string, at?: number): Promise<Visit> {
  const visit = await readVisit(id);
  const [tour] = await readTours(day, day, visit.agent_id);
  if (tour && !visit.fixed_at) {
    await addStop(tour, { visit_id: id }, at);
    return readVisit(id);
  }
  // An appointment changes its day by being agreed anew.
  const moved = await putOnDay(await free(visit), day);
  await putOn(moved, at);
  return moved;
}
