import { api, ask, ifMatch, newId, once, type Schemas } from '$lib/api/client';
import { NARROWING, type Filters } from './filters';
import { isTile, type Placed, type Width } from './tiles';

/** A dashboard that somebody keeps. */
export type Board = Schemas['SavedDashboard'];
type Fields = Schemas['SavedDashboardFields'];
type Placement = Fields['tiles'][number];

/** Of the server's twelve columns. */
const COLUMNS: Record<Width, number> = { third: 4, half: 6, full: 12 };

export function tilesOf(board: Board): Placed[] {
  return board.tiles.flatMap(({ tile, width }) =>
    isTile(tile) ? [{ tile, width: widthOf(width ?? COLUMNS.half) }] : [],
  );
}

const widthOf = (columns: number): Width =>
  columns <= 4 ? 'third' : columns <= 8 ? 'half' : 'full';

export const placements = (tiles: Placed[]): Placement[] =>
  tiles.map(({ tile, width }) => ({ tile, width: COLUMNS[width], height: 1 }));

/** What a dashboard remembers of a filter; of days with a name the name, so that they move on. */
export function keptFilter(filters: Filters): Fields['filter'] {
  const { period, from, until, compare } = filters;
  const narrowed = NARROWING.map((name) => [name, filters[name] || null]);
  return {
    ...(period === 'custom' ? { from, until } : { period }),
    compare,
    ...Object.fromEntries(narrowed),
  } as Fields['filter'];
}

/** The filter a dashboard opens with, as the URL says it. */
export function openingParams(board: Board): URLSearchParams {
  const params = new URLSearchParams({ board: board.id });
  const { period, from, until, compare, ...narrowed } = board.filter ?? {};
  if (from && until) {
    params.set('from', from);
    params.set('until', until);
  } else if (period && period !== 'this_month') params.set('period', period);
  if (compare && compare !== 'previous') params.set('compare', compare);
  for (const [name, value] of Object.entries(narrowed)) if (value) params.set(name, value);
  return params;
}

export async function readBoards(): Promise<Board[]> {
  return (await ask(api.GET('/api/v1/analytics/dashboards'))).items;
}

export function createBoard(fields: Fields, id = newId()): Promise<Board> {
  const body = { ...fields, id } as Fields;
  return ask(
    api.POST('/api/v1/analytics/dashboards', { body, params: { header: once(id).headers } }),
  );
}

export function changeBoard(board: Board, changes: Partial<Fields>): Promise<Board> {
  const params = { path: { id: board.id }, header: ifMatch(board) };
  return ask(api.PATCH('/api/v1/analytics/dashboards/{id}', { params, body: changes as Fields }));
}

export function deleteBoard(board: Board): Promise<unknown> {
  const params = { path: { id: board.id }, header: ifMatch(board) };
  return ask(api.DELETE('/api/v1/analytics/dashboards/{id}', { params }));
}
