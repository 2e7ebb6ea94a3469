import { api, ask, ifMatch, newId, once, type Schemas } from '$lib/api/client';

export type Tour = Schemas['TourView'];
export type Stop = Tour['stops'][number];
export type Reason = Stop['reasons'][number];
export type Replanned = Schemas['Replanned'];
export type Near = Schemas['NearbyPlace'];
/** Degrees, WGS 84. */
export type Spot = Schemas['Position'];
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

/** Another order; the times follow. */
export function orderTour(tour: Seen, visit_ids: string[]): Promise<Tour> {
  const body = { visit_ids } as Schemas['TourChange'];
  return ask(api.PATCH('/api/v1/tours/{id}', { ...seen(tour), body }));
}

/** The times alone, computed anew. */
export function retimeTour(tour: Seen): Promise<Tour> {
  return ask(api.PATCH('/api/v1/tours/{id}', { ...seen(tour), body: {} as Schemas['TourChange'] }));
}

/** Whose time stands, whatever is planned anew. */
export function pinStops(tour: Seen, pinned_ids: string[]): Promise<Tour> {
  const body = { pinned_ids } as Schemas['TourChange'];
  return ask(api.PATCH('/api/v1/tours/{id}', { ...seen(tour), body }));
}

/** A visit of the diary (from another tour or day, too) or a shop; where it costs least when no place is said. */
export function addStop(
  tour: { id: string },
  stop: { visit_id: string } | { place_id: string },
  position?: number,
): Promise<Tour> {
  const params = { path: { id: tour.id }, header: once(newId()).headers };
  const body = { ...stop, position: position ?? null } as Schemas['NewStop'];
  return ask(api.POST('/api/v1/tours/{id}/stops', { params, body }));
}

/** Off the tour; the visit stays in the diary. The last stop takes the tour with it. */
export function dropStop(tour: Seen, visit: string): Promise<unknown> {
  const params = { path: { id: tour.id, visit }, header: ifMatch(tour) };
  return ask(api.DELETE('/api/v1/tours/{id}/stops/{visit}', { params }));
}

/** The best order of what is still to come. */
export function optimiseTour(tour: Seen): Promise<Replanned> {
  const params = { path: { id: tour.id }, header: { ...ifMatch(tour), ...once(newId()).headers } };
  return ask(api.POST('/api/v1/tours/{id}/optimise', { params }));
}

/** The rest of the day, from now and from where somebody is if they say so. */
export function replanTour(tour: Seen, position: Spot | null): Promise<Replanned> {
  const params = { path: { id: tour.id }, header: { ...ifMatch(tour), ...once(newId()).headers } };
  const body = { position } as Schemas['Replanning'];
  return ask(api.POST('/api/v1/tours/{id}/replan', { params, body }));
}

/** The agent's shops on the way that fit into what is left of the tour. */
export async function readNearby(id: string): Promise<Near[]> {
  const call = api.GET('/api/v1/tours/{id}/nearby', {
    params: { path: { id }, query: { limit: 12 } },
  });
  return (await ask(call)).items;
}

/** Appointments stay in the diary; what only the plan wanted is cancelled. */
export function withdrawTour(tour: Seen): Promise<unknown> {
  return ask(api.DELETE('/api/v1/tours/{id}', seen(tour)));
}
