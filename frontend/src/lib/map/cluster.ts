/** A place on the map; `rank` says how much it matters: the worst of a cluster gives it its colour. */
export interface Spot {
  id: string;
  lat: number;
  lng: number;
  rank: number;
}

/** A spot made ready: where it lies on the square that the whole world is drawn on, 0…1 in both directions. */
export interface Pin<S extends Spot> {
  spot: S;
  x: number;
  y: number;
}

/** Spots that are drawn as one, at their common centre. */
export interface Cluster<S extends Spot> {
  x: number;
  y: number;
  spots: S[];
  /** The spot of the highest rank. */
  top: S;
}

/** Web Mercator, as every tiled map uses it; latitudes beyond 85° have no place there. */
export function pin<S extends Spot>(spot: S): Pin<S> {
  const sin = Math.sin((Math.min(Math.max(spot.lat, -85), 85) * Math.PI) / 180);
  return {
    spot,
    x: spot.lng / 360 + 0.5,
    y: 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI),
  };
}

/** The inverse of {@link pin}: latitude and longitude in degrees. */
export function unpin({ x, y }: { x: number; y: number }): [lat: number, lng: number] {
  const lat = (360 / Math.PI) * Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) - 90;
  return [lat, (x - 0.5) * 360];
}

/** More squares than lie above each other at any zoom level at which spots are gathered. */
const ROWS = 2 ** 22;

interface Box {
  west: number;
  east: number;
  north: number;
  south: number;
}

/**
 * Gathers what would lie within the same square of `side` pixels at a zoom level. Squares are fixed to the
 * world, so that panning never regroups; with `side` 0 every spot stands alone.
 */
export function cluster<S extends Spot>(
  pins: Pin<S>[],
  zoom: number,
  side: number,
  box: Box,
): Cluster<S>[] {
  const scale = 256 * 2 ** zoom;
  const squares = new Map<number | S, Cluster<S>>();
  for (const { spot, x, y } of pins) {
    if (x < box.west || x > box.east || y < box.north || y > box.south) continue;
    const square =
      side > 0 ? Math.floor((x * scale) / side) * ROWS + Math.floor((y * scale) / side) : spot;
    const group = squares.get(square);
    if (!group) {
      squares.set(square, { x, y, spots: [spot], top: spot });
      continue;
    }
    const count = group.spots.push(spot);
    group.x += (x - group.x) / count;
    group.y += (y - group.y) / count;
    if (spot.rank > group.top.rank) group.top = spot;
  }
  return [...squares.values()];
}
