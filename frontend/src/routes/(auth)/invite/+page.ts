import { api, ask } from '$lib/api/client';
import { Problem } from '$lib/api/problem';

/** The token is behind the `#`, so that it never reaches a server's log. */
export async function load() {
  const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
  try {
    return {
      token,
      invitation: await ask(api.POST('/api/v1/auth/invitations/check', { body: { token } })),
    };
  } catch (thrown) {
    return { token, problem: Problem.from(thrown) };
  }
}
