import { isDay } from './days';
import { STATUSES, type pageOfVisits } from './requests';

/** The list's view, as the URL holds it. */
export interface VisitFilters {
  status: string;
  agent: string;
  client: string;
  place: string;
  from: string;
  until: string;
  sort: 'day' | '-day';
}

export function filtersOf(url: URL): VisitFilters {
  const read = (name: string) => url.searchParams.get(name) ?? '';
  const day = (name: string) => (isDay(read(name)) ? read(name) : '');
  return {
    status: read('status'),
    agent: read('agent'),
    client: read('client'),
    place: read('place'),
    from: day('from'),
    until: day('until'),
    sort: read('sort') === 'day' ? 'day' : '-day',
  };
}

export function withFilters(url: URL, changes: Partial<VisitFilters>): string {
  const params = new URLSearchParams(url.searchParams);
  for (const [name, value] of Object.entries(changes)) {
    if (value && !(name === 'sort' && value === '-day')) params.set(name, value);
    else params.delete(name);
  }
  const query = params.toString();
  return query ? `${url.pathname}?${query}` : url.pathname;
}

export const isFiltered = ({ sort: _, ...filters }: VisitFilters) =>
  Object.values(filters).some((value) => value !== '');

type Query = Parameters<typeof pageOfVisits>[0];

export function queryOf(filters: VisitFilters): Query {
  const status = STATUSES.find((one) => one === filters.status);
  return {
    ...(status && { status }),
    ...(filters.agent && { agent_id: filters.agent }),
    ...(filters.client && { client_id: filters.client }),
    ...(filters.place && { place_id: filters.place }),
    ...(filters.from && { from: filters.from }),
    ...(filters.until && { until: filters.until }),
    sort: filters.sort,
    limit: 50,
  };
}
