import { redirect } from '@sveltejs/kit';
import { api, ask } from '$lib/api/client';

/** Registration: of the first user, or, where the company allows it, of somebody to be approved. */
export async function load() {
  const setup = await ask(api.GET('/api/v1/auth/setup'));
  if (!setup.needs_first_user && setup.registration === 'invitation') redirect(307, '/login');
  return { first: setup.needs_first_user };
}
