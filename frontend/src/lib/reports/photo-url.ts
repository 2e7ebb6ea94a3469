import { credentials } from '$lib/api/client';

/** A photo as a URL of this page: it is for whoever is signed in, so it is fetched with the token. */
export async function photoUrl(visitId: string, photoId: string): Promise<string> {
  const answer = await credentials.fetch(
    new Request(`/api/v1/visits/${visitId}/photos/${photoId}`),
  );
  if (!answer.ok) throw new Error(`photo ${answer.status}`);
  return URL.createObjectURL(await answer.blob());
}
