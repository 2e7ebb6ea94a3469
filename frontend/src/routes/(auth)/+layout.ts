import { redirect } from '@sveltejs/kit';
import { session } from '$lib/sessions/session.svelte';
import { wayBack } from '$lib/sessions/way-back';

/** Whoever is signed in has no business here, but with an invitation for somebody else. */
export async function load({ url }) {
  if (url.pathname === '/invite') return;
  if (await session.restore().catch(() => false)) redirect(307, wayBack(url));
}
