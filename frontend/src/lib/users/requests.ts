import { api, ask, ifMatch, type Schemas } from '$lib/api/client';

export type User = Schemas['UserView'];
export type Invited = Schemas['InvitedUser'];

const one = (id: string) => ({ params: { path: { id } } });

export function pageOfUsers(q: string, cursor?: string) {
  const query = { limit: 50, ...(q ? { q } : {}), ...(cursor ? { cursor } : {}) };
  return ask(api.GET('/api/v1/users', { params: { query } }));
}

export function inviteUser(body: Schemas['NewUser']): Promise<Invited> {
  return ask(api.POST('/api/v1/users', { body }));
}

export function changeUser(user: User, body: Schemas['UserChanges']): Promise<User> {
  const params = { path: { id: user.id }, header: ifMatch(user) };
  return ask(api.PATCH('/api/v1/users/{id}', { params, body }));
}

export function reinviteUser(user: User): Promise<Invited> {
  return ask(api.POST('/api/v1/users/{id}/invite', { ...one(user.id), body: {} }));
}

export function disableUser(user: User): Promise<User> {
  return ask(api.POST('/api/v1/users/{id}/disable', one(user.id)));
}

export function enableUser(user: User): Promise<User> {
  return ask(api.POST('/api/v1/users/{id}/enable', one(user.id)));
}

export function approveUser(user: User): Promise<User> {
  return ask(api.POST('/api/v1/users/{id}/approve', { ...one(user.id), body: {} }));
}

export async function readRoles(): Promise<string[]> {
  return (await ask(api.GET('/api/v1/roles'))).items.map((role) => role.name);
}
