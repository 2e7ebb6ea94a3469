import { api, ask, ifMatch, once, type Schemas } from '$lib/api/client';
import type { Candidate } from './nearby';

export type Tour = Schemas['TourView'];
export type Stop = Tour['stops'][number];
export type Reason = Stop['reasons'][number];
type Seen = { id: string; version: number };

const one = (id: string) => ({ params: { path: { id } } });
const seen = (tour: Seen) => ({ params: { path: { id: tour.id }, header: ifMatch(tour) } });

/** The tours between two days, of one colleague or of all in reach, by day. */
export async function readTours(from: string, until: string, agent_id?: string): Promise<Tour[]> {
  const query = { from, until, ...(agent_id ? { agent_id } : {}) };
  return (await ask(api.GET('/api/v1/tours', { params: { query } }))).items;
}

export function readTour(id: string): Promise<Tour> {
  return ask(api.GET('/api/v1/tours/{id}', one(id)));
}

/** Somebody's shops that are due, wherever they are. */
export async function readDueShops(owner_id: string): Promise<Candidate[]> {
  const params = { query: { owner_id } };
  const { items } = await ask(api.GET('/api/v1/coverage/map', { params }));
  // Each is an array, to be small: id, name, latitude, longitude, urgency in hundredths, standing.
  const spots = items as unknown as [string, string, number, number, number, string][];
  return spots
    .map(([id, name, lat, lng, urgency, standing]) => ({
      id,
      name,
      lat,
      lng,
      urgency: urgency / 100,
      standing,
    }))
    .filter(({ standing }) => standing !== 'fine');
}

/** A tour by hand; needs no optimiser. */
export function createTour(
  id: string,
  day: string,
  agent_id: string,
  visit_ids: string[],
): Promise<Tour> {
  const body = { id, day, agent_id, visit_ids } as Schemas['NewTour'];
  return ask(api.POST('/api/v1/tours', { body, ...once(id) }));
}

/** Another order, more stops or fewer; with the same order the times alone are made anew. */
export function orderTour(tour: Seen, visit_ids: string[]): Promise<Tour> {
  return ask(api.PATCH('/api/v1/tours/{id}', { ...seen(tour), body: { visit_ids } }));
}

/** Appointments stay in the diary; what only the plan wanted is cancelled. */
export function withdrawTour(tour: Seen): Promise<unknown> {
  return ask(api.DELETE('/api/v1/tours/{id}', seen(tour)));
}
