import { api, ask } from '$lib/api/client';

export async function load() {
  const setup = await ask(api.GET('/api/v1/auth/setup')).catch(() => null);
  return { mail: setup?.mail ?? true };
}
