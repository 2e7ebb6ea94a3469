import { api, ask, ifMatch, newId, once, type Schemas } from '$lib/api/client';
import type { paths } from '$lib/api/schema';

export type Place = Schemas['PlaceView'];
export type PlaceDetail = Schemas['PlaceDetail'];
export type Standing = Place['standing'];
export type CoverageLine = Schemas['CoverageLine'];
export type Coverage = Schemas['Coverage'];
export type HoursChange = Schemas['HoursChange'];
export type PlaceQuery = NonNullable<paths['/api/v1/places']['get']['parameters']['query']>;
export type By = NonNullable<
  NonNullable<paths['/api/v1/coverage']['get']['parameters']['query']>['by']
>;

/**
 * A shop on the map: id, name, latitude, longitude, urgency in hundredths, standing, class, and what its client ordered
 * within a year, in cents.
 */
export type MapSpot = [string, string, number, number, number, Standing, string | null, number];

export const BYS: By[] = ['agent', 'class', 'province', 'territory'];
export const CLASSES = ['A', 'B', 'C'];

export function readCoverage(by: By): Promise<Coverage> {
  return ask(api.GET('/api/v1/coverage', { params: { query: { by } } }));
}

export function pageOfPlaces(query: PlaceQuery) {
  return ask(api.GET('/api/v1/places', { params: { query } }));
}

export interface Spots {
  spots: MapSpot[];
  cut: boolean;
  /** So many more have no place on the map. */
  nowhere: number;
}

export async function readSpots(query: PlaceQuery): Promise<Spots> {
  const { items, ...more } = await ask(api.GET('/api/v1/coverage/map', { params: { query } }));
  return { spots: items as unknown as MapSpot[], ...more };
}

export function readPlace(id: string): Promise<PlaceDetail> {
  return ask(api.GET('/api/v1/places/{id}', { params: { path: { id } } }));
}

/** How often and how long a shop is visited; null: as the rules say. What is left out stays. */
export function changePlace(
  place: { id: string; version?: number },
  wishes: Partial<Schemas['PlaceWishes']>,
): Promise<PlaceDetail> {
  const seen =
    place.version === undefined ? { 'If-Match': '*' } : ifMatch({ version: place.version });
  const params = { path: { id: place.id }, header: seen };
  return ask(api.PATCH('/api/v1/places/{id}', { params, body: wishes as Schemas['PlaceWishes'] }));
}

export function addHoursChange(
  place: string,
  change: Schemas['NewHoursChange'],
  id = newId(),
): Promise<HoursChange> {
  const params = { path: { id: place }, header: once(id).headers };
  return ask(
    api.POST('/api/v1/places/{id}/hours', {
      params,
      body: { ...change, id } as Schemas['NewPlaceHours'],
    }),
  );
}

export function removeHoursChange(place: string, change: string): Promise<unknown> {
  const params = { path: { id: place, change } };
  return ask(api.DELETE('/api/v1/places/{id}/hours/{change}', { params }));
}
