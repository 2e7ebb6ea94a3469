import { api, ask, ifMatch, newId, once, type Schemas } from '$lib/api/client';
import type { paths } from '$lib/api/schema';
import { atRome, romeTime } from './days';

export type Visit = Schemas['VisitView'];
export type VisitStatus = Visit['status'];
export type Place = Schemas['PlaceView'];
export type VisitRules = Schemas['RulesView'];
export type VisitBody = Partial<Schemas['NewVisit']>;
export type Arrival = Schemas['Arrival'];
type Query = NonNullable<paths['/api/v1/visits']['get']['parameters']['query']>;
type Seen = { id: string; version: number };

export const STATUSES: VisitStatus[] = ['planned', 'under_way', 'done', 'missed', 'cancelled'];

/** Whether it can still be made. */
export const isOpen = ({ status }: { status: VisitStatus }) =>
  status === 'planned' || status === 'under_way';

export function pageOfVisits(query: Query, cursor?: string) {
  const params = { query: { ...query, ...(cursor ? { cursor } : {}) } };
  return ask(api.GET('/api/v1/visits', { params }));
}

const one = (id: string) => ({ params: { path: { id } } });
const step = (visit: Seen) => ({
  params: { path: { id: visit.id }, header: { ...ifMatch(visit), ...once(newId()).headers } },
});

export function readVisit(id: string): Promise<Visit> {
  return ask(api.GET('/api/v1/visits/{id}', one(id)));
}

/** `id` is chosen once per form: sent twice, it is one visit. */
export function createVisit(id: string, body: VisitBody): Promise<Visit> {
  const whole = { ...body, id } as Schemas['NewVisit'];
  return ask(api.POST('/api/v1/visits', { body: whole, ...once(id) }));
}

export function changeVisit(visit: Seen, changes: VisitBody): Promise<Visit> {
  const params = { path: { id: visit.id }, header: ifMatch(visit) };
  return ask(api.PATCH('/api/v1/visits/{id}', { params, body: changes as Schemas['VisitPatch'] }));
}

/**
 * Puts a visit on another day, whatever happened to it since it was read (leaving a tour changes it);
 * an appointment keeps its time of day.
 */
export function putOnDay(visit: Pick<Visit, 'id' | 'fixed_at'>, day: string): Promise<Visit> {
  const params = { path: { id: visit.id }, header: { 'If-Match': '*' } };
  const fixed = visit.fixed_at && atRome(day, romeTime(visit.fixed_at));
  const body = (fixed ? { fixed_at: fixed } : { day }) as Schemas['VisitPatch'];
  return ask(api.PATCH('/api/v1/visits/{id}', { params, body }));
}

export function checkIn(visit: Seen, arrival: Arrival | null): Promise<Visit> {
  return ask(
    api.POST('/api/v1/visits/{id}/check-in', { ...step(visit), body: arrival ?? ({} as Arrival) }),
  );
}

export function missVisit(visit: Seen, reason: string): Promise<Visit> {
  const body = { reason: reason || null };
  return ask(api.POST('/api/v1/visits/{id}/missed', { ...step(visit), body }));
}

export function cancelVisit(visit: Seen, reason: string): Promise<Visit> {
  const body = { reason: reason || null };
  return ask(api.POST('/api/v1/visits/{id}/cancel', { ...step(visit), body }));
}

/** What was missed or cancelled by mistake is to come again. */
export function reopenVisit(visit: Seen): Promise<Visit> {
  return ask(api.POST('/api/v1/visits/{id}/reopen', step(visit)));
}

export async function findPlaces(q: string, limit = 8): Promise<Place[]> {
  return (await ask(api.GET('/api/v1/places', { params: { query: { q, limit } } }))).items;
}

export async function placesOfClient(client_id: string): Promise<Place[]> {
  const query = { client_id, limit: 50 };
  return (await ask(api.GET('/api/v1/places', { params: { query } }))).items;
}

export function readPlace(id: string): Promise<Schemas['PlaceDetail']> {
  return ask(api.GET('/api/v1/places/{id}', one(id)));
}

export function readRules(): Promise<VisitRules> {
  return ask(api.GET('/api/v1/visit-rules'));
}
