import { api, ask, type Schemas } from '$lib/api/client';
import { keptFilter } from './boards';
import type { Filters } from './filters';
import type { TileName } from './tiles';

/** A letter with figures that comes by itself. */
export type Digest = Schemas['Digest'];
export type Rhythm = Digest['rhythm'];

export const RHYTHMS: Rhythm[] = ['weekdays', 'mondays', 'months'];

/** Those one gets, and whether letters go out at all: without a mail server none does. */
export async function readDigests(): Promise<{ digests: Digest[]; mail: boolean }> {
  const [page, setup] = await Promise.all([
    ask(api.GET('/api/v1/analytics/digests')),
    ask(api.GET('/api/v1/auth/setup')),
  ]);
  return { digests: page.items, mail: setup.mail };
}

/** The one of a dashboard that is kept, or of the usual one. */
export const digestOf = (digests: Digest[], board: string | undefined): Digest | undefined =>
  digests.find(({ board_id }) => (board_id ?? undefined) === board);

export function setDigest(
  board: string | undefined,
  rhythm: Rhythm,
  tiles: TileName[],
  filters: Filters,
): Promise<Digest> {
  const body = { board_id: board ?? null, rhythm, tiles, filter: keptFilter(filters) };
  return ask(api.PUT('/api/v1/analytics/digests', { body }));
}

export function stopDigest({ id }: Digest): Promise<unknown> {
  return ask(api.DELETE('/api/v1/analytics/digests/{id}', { params: { path: { id } } }));
}
