/** What lists of proposals and of orders have in common. */
export interface DocumentRow {
  id: string;
  number: string;
  client_name?: string | null;
  owner_name?: string | null;
  total_cents: number;
}

/** The list's view, as the URL holds it. */
export interface DocumentFilters {
  q: string;
  status: string;
  /** Only those of the reader. */
  mine: boolean;
}

export function filtersOf(url: URL): DocumentFilters {
  const read = (name: string) => url.searchParams.get(name) ?? '';
  return { q: read('q'), status: read('status'), mine: read('mine') === 'true' };
}

/** The same page with some of the view changed. */
export function withFilters(url: URL, changes: Partial<DocumentFilters>): string {
  const params = new URLSearchParams(url.searchParams);
  for (const [name, value] of Object.entries(changes)) {
    if (value) params.set(name, String(value));
    else params.delete(name);
  }
  const query = params.toString();
  return query ? `${url.pathname}?${query}` : url.pathname;
}

export const isFiltered = (filters: DocumentFilters) =>
  filters.q !== '' || filters.status !== '' || filters.mine;

/** What the server is asked: empty filters are left out. */
export function queryOf<S extends string>(
  filters: DocumentFilters,
  known: readonly S[],
  me?: string,
) {
  const status = known.find((one) => one === filters.status);
  return {
    ...(filters.q && { q: filters.q }),
    ...(status && { status }),
    ...(filters.mine && me && { owner_id: me }),
  };
}
