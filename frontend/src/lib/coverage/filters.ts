import { BYS, type By, type PlaceQuery } from './requests';

export type View = 'figures' | 'list' | 'map' | 'tours';
export type Colours = 'urgency' | 'class' | 'value';

/** The page's view, as the URL holds it. */
export interface CoverageFilters {
  view: View;
  by: By;
  colours: Colours;
  q: string;
  owner_id: string;
  class: string;
  province: string;
  territory_id: string;
  /** How the shops stand, as the figures' columns say; `due` counts what is overdue or was never seen too. */
  standing: string;
}

const VIEWS: View[] = ['figures', 'list', 'map', 'tours'];
const WANTED = ['', 'due', 'only_due', 'overdue', 'never'];
const COLOURS: Colours[] = ['urgency', 'class', 'value'];
const FILTERS = ['q', 'owner_id', 'class', 'province', 'territory_id', 'standing'] as const;

const oneOf = <T extends string>(known: readonly T[], text: string | null): T =>
  known.find((one) => one === text) ?? known[0]!;

export function filtersOf(url: URL): CoverageFilters {
  const read = (name: string) => url.searchParams.get(name) ?? '';
  return {
    view: oneOf(VIEWS, read('view')),
    by: oneOf(BYS, read('by')),
    colours: oneOf(COLOURS, read('colours')),
    q: read('q'),
    owner_id: read('owner_id'),
    class: read('class'),
    province: read('province'),
    territory_id: read('territory_id'),
    standing: oneOf(WANTED, read('standing')),
  };
}

/** The same page with some of the view changed; what is as usual is not written. */
export function withFilters(url: URL, changes: Partial<CoverageFilters>): string {
  const params = new URLSearchParams(url.searchParams);
  const usual = filtersOf(new URL(url.pathname, url));
  for (const [name, value] of Object.entries(changes)) {
    if (value && value !== usual[name as keyof CoverageFilters]) params.set(name, value);
    else params.delete(name);
  }
  const query = params.toString();
  return query ? `${url.pathname}?${query}` : url.pathname;
}

/** No filter at all, the same view. */
export function unfiltered(url: URL): string {
  return withFilters(url, Object.fromEntries(FILTERS.map((name) => [name, ''])));
}

export function isFiltered(filters: CoverageFilters): boolean {
  return FILTERS.some((name) => filters[name] !== '');
}

/** What both list and map ask with. */
export function asked(filters: CoverageFilters): PlaceQuery {
  const given = FILTERS.map((name) => [name, filters[name]] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== '')) as PlaceQuery;
}

/** The shops behind one line of the figures. */
export function behind(by: By, key: string): Partial<CoverageFilters> {
  const name = ({ agent: 'owner_id', territory: 'territory_id' } as Record<string, string>)[by];
  return { [name ?? by]: key };
}
