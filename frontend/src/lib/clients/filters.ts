import { api, ask } from '$lib/api/client';
import type { paths } from '$lib/api/schema';

/** The list's view, as the URL holds it. */
export interface ClientFilters {
  q: string;
  lifecycle: string;
  class: string;
  province: string;
  owner_id: string;
  archived: string;
  sort: string;
}

export const DEFAULT_SORT = 'name';
export const SORTS = [
  'name',
  '-name',
  '-updated_at',
  'updated_at',
  '-created_at',
  'created_at',
] as const;

/** Those shown as chips, in this order. */
export const CHIPS = ['lifecycle', 'class', 'province', 'owner_id', 'archived'] as const;
export type ChipName = (typeof CHIPS)[number];

export function filtersOf(url: URL): ClientFilters {
  const read = (name: string) => url.searchParams.get(name) ?? '';
  return {
    q: read('q'),
    lifecycle: read('lifecycle'),
    class: read('class'),
    province: read('province').toUpperCase(),
    owner_id: read('owner_id'),
    archived: read('archived') === 'true' ? 'true' : '',
    sort: (SORTS as readonly string[]).includes(read('sort')) ? read('sort') : DEFAULT_SORT,
  };
}

/** The same page with some of the view changed. */
export function withFilters(url: URL, changes: Partial<ClientFilters>): string {
  const params = new URLSearchParams(url.searchParams);
  for (const [name, value] of Object.entries(changes)) {
    if (value && !(name === 'sort' && value === DEFAULT_SORT)) params.set(name, value);
    else params.delete(name);
  }
  const query = params.toString();
  return query ? `${url.pathname}?${query}` : url.pathname;
}

export function isFiltered(filters: ClientFilters): boolean {
  return filters.q !== '' || CHIPS.some((name) => filters[name] !== '');
}

export function pageOfClients(filters: ClientFilters, cursor?: string) {
  const { archived, sort, ...texts } = filters;
  const given = Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== ''));
  type Query = NonNullable<paths['/api/v1/clients']['get']['parameters']['query']>;
  const query = {
    ...given,
    ...(archived ? { archived: true } : {}),
    sort,
    limit: 50,
    ...(cursor ? { cursor } : { count: true }),
  } as Query;
  return ask(api.GET('/api/v1/clients', { params: { query } }));
}
