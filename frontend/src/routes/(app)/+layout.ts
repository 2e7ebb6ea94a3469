import { error, redirect } from '@sveltejs/kit';
import { Problem } from '$lib/api/problem';
import { session } from '$lib/sessions/session.svelte';
import { signInPath } from '$lib/sessions/way-back';

/** Everything in here is for people who are signed in. */
export async function load({ url }) {
  const signedIn = await session.restore().catch((thrown) => {
    const problem = Problem.from(thrown);
    error(problem.status || 503, problem.message);
  });
  if (!signedIn) redirect(307, signInPath(url));
}
