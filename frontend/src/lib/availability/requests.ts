import { api, ask, ifMatch, newId, once, type Schemas } from '$lib/api/client';

export type Availability = Schemas['Availability'];
export type WorkingHours = Schemas['WorkingHours'];
export type Absence = Schemas['Absence'];
export type Base = Schemas['Base'];
export type Stay = Schemas['Stay'];
export const REASONS: Absence['reason'][] = ['holiday', 'sick', 'training', 'other'];

const one = (id: string) => ({ params: { path: { id } } });

export function readAvailability(id: string): Promise<Availability> {
  return ask(api.GET('/api/v1/availability/{id}', one(id)));
}

export function saveHours(of: Availability, body: WorkingHours): Promise<Availability> {
  const params = { path: { id: of.agent_id }, header: ifMatch(of) };
  return ask(api.PUT('/api/v1/availability/{id}', { params, body }));
}

export function addAbsence(
  agent: string,
  absence: Schemas['NewAbsence'],
  id = newId(),
): Promise<Absence> {
  const params = { path: { id: agent }, header: once(id).headers };
  const body = { ...absence, id } as Schemas['NewAbsenceBody'];
  return ask(api.POST('/api/v1/availability/{id}/absences', { params, body }));
}

export function removeAbsence(agent: string, absence: string): Promise<unknown> {
  const params = { path: { id: agent, absence } };
  return ask(api.DELETE('/api/v1/availability/{id}/absences/{absence}', { params }));
}

export function addStay(agent: string, stay: Schemas['NewStay'], id = newId()): Promise<Stay> {
  const params = { path: { id: agent }, header: once(id).headers };
  const body = { ...stay, id } as Schemas['NewStayBody'];
  return ask(api.POST('/api/v1/availability/{id}/stays', { params, body }));
}

export function removeStay(agent: string, stay: string): Promise<unknown> {
  const params = { path: { id: agent, stay } };
  return ask(api.DELETE('/api/v1/availability/{id}/stays/{stay}', { params }));
}

/** Where colleagues slept, the most liked first. */
export async function readHotels(): Promise<Base[]> {
  return (await ask(api.GET('/api/v1/hotels', {}))).items;
}
