import { redirect } from '@sveltejs/kit';
import { api, ask } from '$lib/api/client';

/** A fresh installation has nobody to sign in: the first user is created instead. */
export async function load() {
  const setup = await ask(api.GET('/api/v1/auth/setup')).catch(() => null);
  if (setup?.needs_first_user) redirect(307, '/setup');
  return { registration: setup?.registration ?? 'invitation' };
}
