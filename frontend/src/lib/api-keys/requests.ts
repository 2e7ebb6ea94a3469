import { api, ask, type Schemas } from '$lib/api/client';

export type ApiKey = Schemas['ApiKeyView'];
export type NewKey = Schemas['NewKeyView'];

export async function readKeys(): Promise<ApiKey[]> {
  return (await ask(api.GET('/api/v1/api-keys'))).items;
}

export function makeKey(body: Schemas['NewApiKey']): Promise<NewKey> {
  return ask(api.POST('/api/v1/api-keys', { body }));
}

export function revokeKey(key: ApiKey): Promise<unknown> {
  return ask(api.DELETE('/api/v1/api-keys/{id}', { params: { path: { id: key.id } } }));
}

/** Whether a key still lets its program in. */
export function stateOf(key: ApiKey, now: Date): 'good' | 'expired' | 'revoked' {
  if (key.revoked_at) return 'revoked';
  return new Date(key.expires_at) > now ? 'good' : 'expired';
}
