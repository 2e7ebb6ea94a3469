import { api, ask, ifMatch, once, type Schemas } from '$lib/api/client';

export type Client = Schemas['ClientView'];
export type ClientRow = Schemas['ClientRow'];
export type ClientBody = Partial<Schemas['NewClient']>;
export type Comune = Schemas['ComuneView'];
export type Lifecycle = Client['lifecycle'];

export const LIFECYCLES: Lifecycle[] = ['prospect', 'active', 'dormant', 'lost'];
export const CLASSES = ['A', 'B', 'C'] as const;

export async function findClients(q: string, limit = 8): Promise<ClientRow[]> {
  const page = await ask(api.GET('/api/v1/clients', { params: { query: { q, limit } } }));
  return page.items;
}

const one = (id: string) => ({ params: { path: { id } } });

export function readClient(id: string): Promise<Client> {
  return ask(api.GET('/api/v1/clients/{id}', one(id)));
}

export function createClient(body: ClientBody & { id: string }): Promise<Client> {
  return ask(api.POST('/api/v1/clients', { body: body as Schemas['NewClient'], ...once(body.id) }));
}

export function changeClient(
  client: { id: string; version: number },
  changes: ClientBody,
): Promise<Client> {
  const params = { path: { id: client.id }, header: ifMatch(client) };
  const body = changes as Schemas['ClientFields'];
  return ask(api.PATCH('/api/v1/clients/{id}', { params, body }));
}

export function archiveClient(client: Client): Promise<unknown> {
  const params = { path: { id: client.id }, header: ifMatch(client) };
  return ask(api.DELETE('/api/v1/clients/{id}', { params }));
}

export function restoreClient(id: string): Promise<Client> {
  return ask(api.POST('/api/v1/clients/{id}/restore', one(id)));
}

export function checkClient(draft: ClientBody): Promise<Schemas['ClientCheck']> {
  const body = draft as Schemas['ClientDraft'];
  return ask(api.POST('/api/v1/clients/check', { body }));
}

export async function findComuni(q: string): Promise<Comune[]> {
  return (await ask(api.GET('/api/v1/comuni', { params: { query: { q } } }))).items;
}
