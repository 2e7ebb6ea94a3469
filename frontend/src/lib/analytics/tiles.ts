/** What a dashboard may show. The names are the server's. */
export const TILES = [
  'headline',
  'sales_trend',
  'pipeline',
  'funnel',
  'stage_times',
  'time_to_close',
  'leads',
  'lost_reasons',
  'forecast',
  'targets',
  'follow_ups',
  'reorders',
  'segments',
  'coverage',
  'tours',
  'activities',
  'agents',
  'provinces',
  'products',
  'sources',
  'phases',
] as const;
export type TileName = (typeof TILES)[number];

export const WIDTHS = ['third', 'half', 'full'] as const;
export type Width = (typeof WIDTHS)[number];

export interface Placed {
  tile: TileName;
  width: Width;
}

const USUAL: Partial<Record<TileName, Width>> = {
  headline: 'full',
  sales_trend: 'full',
  agents: 'full',
  phases: 'full',
  time_to_close: 'third',
  reorders: 'third',
  tours: 'third',
  coverage: 'third',
  follow_ups: 'third',
  activities: 'third',
};

export const usualWidth = (tile: TileName): Width => USUAL[tile] ?? 'half';

/** As of now, whatever the period. */
export const OF_NOW: TileName[] = ['pipeline', 'follow_ups', 'segments', 'coverage'];

const place = (tile: TileName): Placed => ({ tile, width: usualWidth(tile) });

/** What somebody sees who has arranged nothing: everything, the most asked first. */
export const EVERYTHING: Placed[] = (
  [
    'headline',
    'sales_trend',
    'pipeline',
    'funnel',
    'agents',
    'forecast',
    'targets',
    'lost_reasons',
    'stage_times',
    'leads',
    'segments',
    'time_to_close',
    'follow_ups',
    'reorders',
    'coverage',
    'tours',
    'activities',
    'phases',
    'provinces',
    'products',
    'sources',
  ] as const
).map(place);

/** Whoever sells alone compares with nobody. */
export const MINE: Placed[] = EVERYTHING.filter(({ tile }) => tile !== 'agents');

export function isTile(name: string): name is TileName {
  return (TILES as readonly string[]).includes(name);
}

export const added = (tiles: Placed[], tile: TileName): Placed[] =>
  tiles.some((one) => one.tile === tile) ? tiles : [...tiles, place(tile)];

export const removed = (tiles: Placed[], tile: TileName): Placed[] =>
  tiles.filter((one) => one.tile !== tile);

/** Moves a tile to a place; beyond either end means that end. */
export function moved(tiles: Placed[], tile: TileName, to: number): Placed[] {
  const from = tiles.findIndex((one) => one.tile === tile);
  if (from < 0) return tiles;
  const rest = tiles.toSpliced(from, 1);
  return rest.toSpliced(Math.min(Math.max(to, 0), rest.length), 0, tiles[from]!);
}

/** The next of the three widths. */
export function resized(tiles: Placed[], tile: TileName): Placed[] {
  return tiles.map((one) =>
    one.tile === tile
      ? { tile, width: WIDTHS[(WIDTHS.indexOf(one.width) + 1) % WIDTHS.length]! }
      : one,
  );
}

export const missing = (tiles: Placed[]): TileName[] =>
  TILES.filter((tile) => !tiles.some((one) => one.tile === tile));
