import { api, ask, type Schemas } from '$lib/api/client';
import { Problem } from '$lib/api/problem';
import { notice } from '$lib/api/trouble';
import { asked, type Filters, type Without } from './filters';
import type { TileName } from './tiles';

export type Dashboard = Schemas['Dashboard'];
export type Amount = Schemas['Amount'];
export type RecordLine = Schemas['RecordsPage']['items'][number];
export type Definition = Schemas['KpiDefinition'];
export type Choices = Schemas['FilterChoices'];
export type Target = Schemas['Target'];

/** The tiles of a filter, in one call. */
export function readDashboard(filters: Filters, tiles: readonly TileName[]): Promise<Dashboard> {
  const query = { ...asked(filters), tiles: tiles.join(',') };
  return ask(api.GET('/api/v1/analytics/dashboard', { params: { query } }));
}

export interface Listed {
  measure: string;
  key?: string;
  without?: Without;
}

export function pageOfRecords(filters: Filters, listed: Listed, cursor?: string) {
  const { compare: _, ...rest } = asked(filters);
  const query = { ...rest, ...listed, limit: 50, ...(cursor ? { cursor } : { count: true }) };
  return ask(api.GET('/api/v1/analytics/records', { params: { query } }));
}

/** Waits at the server until figures have changed after that number, or for a while; says what it is then. */
export async function nextChange(after: number, signal: AbortSignal): Promise<number> {
  const query = { after, wait: 25 };
  const call = api.GET('/api/v1/analytics/changes', { params: { query }, signal });
  // Whoever leaves ends the wait: that is no trouble to tell of.
  const { data, response } = await call;
  notice(response.status);
  if (!data) throw new Problem(response.status);
  return data.change;
}

export async function readDefinitions(): Promise<Definition[]> {
  return (await ask(api.GET('/api/v1/analytics/definitions'))).items;
}

export type Format = 'csv' | 'xlsx';

/** What the filter can be set to. */
export function readChoices(): Promise<Choices> {
  return ask(api.GET('/api/v1/analytics/filters'));
}

export async function readTargets(month: string): Promise<Target[]> {
  const params = { query: { month } };
  return (await ask(api.GET('/api/v1/analytics/targets', { params }))).targets;
}

/** Sets the targets that are named; a value of 0 takes one away. */
export function setTargets(month: string, targets: Target[]): Promise<unknown> {
  return ask(api.PUT('/api/v1/analytics/targets', { body: { month, targets } }));
}

/** The figures of a filter as a file: a table a tile. */
export async function exportFigures(
  filters: Filters,
  tiles: readonly TileName[],
  format: Format,
): Promise<Blob> {
  const query = { ...asked(filters), tiles: tiles.join(','), format };
  const answer = api.GET('/api/v1/analytics/export', { params: { query }, parseAs: 'blob' });
  return (await ask(answer)) as unknown as Blob;
}

const EXPORTED_MOST = 20_000;

/** All records behind a figure, page by page. */
export async function allRecords(filters: Filters, listed: Listed): Promise<RecordLine[]> {
  const { compare: _, ...rest } = asked(filters);
  const all: RecordLine[] = [];
  let cursor: string | null | undefined;
  do {
    const query = { ...rest, ...listed, limit: 200, ...(cursor ? { cursor } : {}) };
    const page = await ask(api.GET('/api/v1/analytics/records', { params: { query } }));
    all.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor && all.length < EXPORTED_MOST);
  return all;
}
