import { pageOfLeads } from './requests';

/** The page's view, as the URL holds it. */
export interface LeadFilters {
  view: 'list' | 'board';
  q: string;
  status: string;
  source_id: string;
  campaign_id: string;
  owner_id: string;
  late: string;
  sort: string;
}

export const DEFAULT_SORT = '-updated_at';
export const SORTS = ['-updated_at', '-created_at', 'due_at', 'name'] as const;

export function filtersOf(url: URL): LeadFilters {
  const read = (name: string) => url.searchParams.get(name) ?? '';
  return {
    view: read('view') === 'board' ? 'board' : 'list',
    q: read('q'),
    status: read('status'),
    source_id: read('source_id'),
    campaign_id: read('campaign_id'),
    owner_id: read('owner_id'),
    late: read('late') === 'true' ? 'true' : '',
    sort: (SORTS as readonly string[]).includes(read('sort')) ? read('sort') : DEFAULT_SORT,
  };
}

/** The same page with some of the view changed. */
export function withFilters(url: URL, changes: Partial<LeadFilters>): string {
  const params = new URLSearchParams(url.searchParams);
  for (const [name, value] of Object.entries(changes)) {
    const usual =
      (name === 'sort' && value === DEFAULT_SORT) || (name === 'view' && value === 'list');
    if (value && !usual) params.set(name, value);
    else params.delete(name);
  }
  const query = params.toString();
  return query ? `${url.pathname}?${query}` : url.pathname;
}

export function isFiltered(filters: LeadFilters): boolean {
  const { q, status, source_id, campaign_id, owner_id, late } = filters;
  return [q, status, source_id, campaign_id, owner_id, late].some((value) => value !== '');
}

/** What both list and board ask with. */
export function shared(filters: LeadFilters) {
  const { q, source_id, campaign_id, owner_id } = filters;
  const given = Object.entries({ q, source_id, campaign_id, owner_id });
  return Object.fromEntries(given.filter(([, value]) => value !== '')) as {
    q?: string;
    source_id?: string;
    campaign_id?: string;
    owner_id?: string;
  };
}

export function listOf(filters: LeadFilters, cursor?: string) {
  const query = {
    ...shared(filters),
    ...(filters.status === 'open'
      ? { open: true }
      : filters.status
        ? { status: filters.status }
        : {}),
    ...(filters.late ? { late: true } : {}),
    sort: filters.sort,
    limit: 50,
    ...(cursor ? { cursor } : { count: true }),
  } as Parameters<typeof pageOfLeads>[0];
  return pageOfLeads(query);
}
