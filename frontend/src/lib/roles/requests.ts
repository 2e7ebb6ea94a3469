import { api, ask, ifMatch, type Schemas } from '$lib/api/client';

export type Role = Schemas['RoleView'];

export async function listRoles(): Promise<Role[]> {
  return (await ask(api.GET('/api/v1/roles'))).items;
}

export function createRole(body: Schemas['NewRole']): Promise<Role> {
  return ask(api.POST('/api/v1/roles', { body }));
}

export function changeRole(role: Role, body: Schemas['RoleChanges']): Promise<Role> {
  const params = { path: { id: role.id }, header: ifMatch(role) };
  return ask(api.PATCH('/api/v1/roles/{id}', { params, body }));
}

export function deleteRole(role: Role): Promise<unknown> {
  const params = { path: { id: role.id }, header: ifMatch(role) };
  return ask(api.DELETE('/api/v1/roles/{id}', { params }));
}
