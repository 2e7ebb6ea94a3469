import { api, ask, newId, once, type Schemas } from '$lib/api/client';

export type Consent = Schemas['Consent'];
export type ConsentBody = Schemas['ConsentFields'];
export const CHANNELS: Consent['channel'][] = ['phone', 'email', 'sms_whatsapp', 'post'];

/** Whose word it is. */
export interface Person {
  kind: 'contact' | 'lead';
  id: string;
}

export async function readConsents(person: Person): Promise<Consent[]> {
  const params = { path: { id: person.id } };
  const page =
    person.kind === 'lead'
      ? await ask(api.GET('/api/v1/leads/{id}/consents', { params }))
      : await ask(api.GET('/api/v1/contacts/{id}/consents', { params }));
  return page.items;
}

export function recordConsent(person: Person, body: ConsentBody): Promise<Consent> {
  const options = { params: { path: { id: person.id } }, body, ...once(newId()) };
  return person.kind === 'lead'
    ? ask(api.POST('/api/v1/leads/{id}/consents', options))
    : ask(api.POST('/api/v1/contacts/{id}/consents', options));
}
