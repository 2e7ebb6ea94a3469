import { api, ask, ifMatch, type Schemas } from '$lib/api/client';

export type Contact = Schemas['Contact'];
export const ROLES: Contact['role'][] = ['owner', 'buyer', 'warehouse', 'administration', 'other'];

export async function readContacts(clientId: string): Promise<Contact[]> {
  const params = { path: { id: clientId } };
  const { items } = await ask(api.GET('/api/v1/clients/{id}/contacts', { params }));
  return items.filter((contact) => !contact.archived_at);
}

export function createContact(
  clientId: string,
  contact: Partial<Schemas['NewContact']>,
): Promise<Contact> {
  const params = { path: { id: clientId } };
  const body = contact as Schemas['NewContact'];
  return ask(api.POST('/api/v1/clients/{id}/contacts', { params, body }));
}

export function changeContact(
  contact: Contact,
  changes: Partial<Schemas['ContactFields']>,
): Promise<Contact> {
  const params = { path: { id: contact.id }, header: ifMatch(contact) };
  const body = changes as Schemas['ContactFields'];
  return ask(api.PATCH('/api/v1/contacts/{id}', { params, body }));
}

export function archiveContact(contact: Contact): Promise<unknown> {
  const params = { path: { id: contact.id }, header: ifMatch(contact) };
  return ask(api.DELETE('/api/v1/contacts/{id}', { params }));
}

export function nameOf(contact: Contact): string {
  return [contact.first_name, contact.last_name].filter(Boolean).join(' ');
}
