import { isDay, periodOf, PRESETS, type Period, type Preset } from './periods';

export const COMPARES = ['previous', 'year', 'none'] as const;
export type Compare = (typeof COMPARES)[number];

/** What drives every tile, as the URL holds it. */
export interface Filters {
  /** A period with a name moves with the days; `custom` says its days itself. */
  period: Preset | 'custom';
  from: string;
  until: string;
  compare: Compare;
  agent_id: string;
  team_id: string;
  province: string;
  product_id: string;
  source_id: string;
}

export const NARROWING = ['agent_id', 'team_id', 'province', 'product_id', 'source_id'] as const;
export type Narrowing = (typeof NARROWING)[number];

const oneOf = <T extends string>(known: readonly T[], text: string | null): T =>
  known.find((one) => one === text) ?? known[0]!;

export function filtersOf(url: URL, today: string): Filters {
  const read = (name: string) => url.searchParams.get(name) ?? '';
  const days = { from: read('from'), until: read('until') };
  const custom = isDay(days.from) && isDay(days.until) && days.from <= days.until;
  const preset = oneOf(PRESETS, read('period'));
  return {
    period: custom ? 'custom' : preset,
    ...(custom ? days : periodOf(preset, today)),
    compare: oneOf(COMPARES, read('compare')),
    agent_id: read('agent_id'),
    team_id: read('agent_id') ? '' : read('team_id'),
    province: read('province').toUpperCase(),
    product_id: read('product_id'),
    source_id: read('source_id'),
  };
}

/** What the URL says of a filter; what is as usual is not written. */
export function paramsOf(filters: Filters): Record<string, string> {
  const { period, from, until, compare } = filters;
  const narrowed = NARROWING.map((name) => [name, filters[name]] as const);
  return Object.fromEntries(
    [
      ...(period === 'custom'
        ? [['from', from] as const, ['until', until] as const]
        : [['period', period === 'this_month' ? '' : period] as const]),
      ['compare', compare === 'previous' ? '' : compare] as const,
      ...narrowed,
    ].filter(([, value]) => value !== ''),
  );
}

/** The same place with some of the filter changed; days given make the period one's own. */
export function withFilters(url: URL, today: string, changes: Partial<Filters>): string {
  const next = changed(filtersOf(url, today), changes, today);
  const params = new URLSearchParams(url.searchParams);
  for (const name of ['period', 'from', 'until', 'compare', ...NARROWING]) params.delete(name);
  for (const [name, value] of Object.entries(paramsOf(next))) params.set(name, value);
  const query = params.toString();
  return query ? `${url.pathname}?${query}` : url.pathname;
}

export function changed(filters: Filters, changes: Partial<Filters>, today: string): Filters {
  const next = { ...filters, ...changes };
  if (changes.agent_id) next.team_id = '';
  if (changes.team_id) next.agent_id = '';
  if (changes.period && changes.period !== 'custom') {
    Object.assign(next, periodOf(changes.period, today));
  } else if (changes.from || changes.until) {
    next.period = 'custom';
    // Whoever moves one end beyond the other means that one.
    if (next.from > next.until) {
      if (changes.from && !changes.until) next.until = next.from;
      else next.from = next.until;
    }
  }
  return next;
}

/** What the server is asked. */
export function asked(filters: Filters) {
  const { from, until, compare } = filters;
  const narrowed = NARROWING.flatMap((name) => (filters[name] ? [[name, filters[name]]] : []));
  return {
    from,
    until,
    compare,
    ...(Object.fromEntries(narrowed) as Partial<Record<Narrowing, string>>),
  };
}

export const isNarrowed = (filters: Filters) => NARROWING.some((name) => filters[name] !== '');

export const WITHOUT = ['province', 'product_id', 'source_id', 'owner_id'] as const;
export type Without = (typeof WITHOUT)[number];

/** What is behind a figure. */
export interface Behind {
  measure: string;
  key?: string | null;
  /** Only records that have none of this. */
  without?: Without;
  /** Other days than the filter's: a step of the trend. */
  days?: Period;
  /** Narrower than the filter: one line of a list. */
  only?: Partial<Record<Narrowing, string | null>>;
}

/** The page that lists the records behind a figure, under the same filter. */
export function recordsPath(
  filters: Filters,
  { measure, key, without, days, only = {} }: Behind,
): string {
  const narrower: Filters = { ...filters };
  for (const name of NARROWING) if (only[name]) narrower[name] = only[name];
  if (only.agent_id) narrower.team_id = '';
  if (days) Object.assign(narrower, { period: 'custom', ...days });
  const params = new URLSearchParams({ measure });
  if (key != null) params.set('key', key);
  if (without) params.set('without', without);
  for (const [name, value] of Object.entries(paramsOf(narrower))) params.set(name, value);
  return `/analytics/records?${params}`;
}
