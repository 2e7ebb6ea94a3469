import type { BoardDay, BoardStop } from '$lib/tours/board';

interface Point {
  lat: number | null;
  lng: number | null;
}

const EARTH_M = 6_371_000;
/** The same figures as the server's estimate without a road engine: roads are longer than a straight line, towns slow. */
const DETOUR = 1.3;
const IN_TOWN_KMH = 22;
const FAR_OUT_KMH = 95;
const GROWTH_KM = 40;
const PARKING_S = 120;

const radians = (degrees: number) => (degrees * Math.PI) / 180;

/** Seconds and metres by car, as far as one can tell from a map without roads. */
export function estimatedLeg(a: Point | null, b: Point): { seconds: number; meters: number } {
  if (a?.lat == null || a.lng == null || b.lat == null || b.lng == null) {
    return { seconds: 0, meters: 0 };
  }
  const halfLat = Math.sin(radians(b.lat - a.lat) / 2);
  const halfLng = Math.sin(radians(b.lng - a.lng) / 2);
  const h = halfLat ** 2 + Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * halfLng ** 2;
  const meters = 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(h))) * DETOUR;
  if (meters < 1) return { seconds: 0, meters: 0 };
  const km = meters / 1000;
  const speed = IN_TOWN_KMH + (FAR_OUT_KMH - IN_TOWN_KMH) * (1 - Math.exp(-km / GROWTH_KM));
  return { seconds: Math.round((km / speed) * 3600 + PARKING_S), meters: Math.round(meters) };
}

/** The break's length, in seconds: what is between two stops over the drive. */
function lunchOf(day: BoardDay): number {
  if (!day.lunchAt) return 0;
  const at = day.stops.findIndex(({ from }) => from > (day.lunchAt ?? ''));
  const [before, after] = [day.stops[at - 1], day.stops[at]];
  if (!before || !after) return 3600;
  const gap = (Date.parse(after.from) - Date.parse(before.until)) / 1000 - after.legSeconds;
  return Math.max(0, Math.min(gap, 7200));
}

/**
 * Times for another set or order of stops, until the server has computed them: drives that were known stay,
 * others are estimated; agreed times stand, other visits begin on arrival. `known` is the day before the change.
 */
export function retimed(known: BoardDay, stops: BoardStop[]): BoardDay {
  const legs = new Map(
    known.stops.map((stop, at) => [`${known.stops[at - 1]?.key ?? ''} ${stop.key}`, stop] as const),
  );
  const lunchAt = known.lunchAt ? Date.parse(known.lunchAt) : Infinity;
  let lunch = lunchOf(known) * 1000;
  let clock = Date.parse(known.startsAt);
  let travel = 0;
  let meters = 0;
  let before: (Point & { key?: string }) | null = known.start;
  const drive = (to: Point, same?: BoardStop) => {
    const leg = same
      ? { seconds: same.legSeconds, meters: same.legMeters }
      : estimatedLeg(before, to);
    travel += leg.seconds;
    meters += leg.meters;
    clock += leg.seconds * 1000;
    return leg;
  };
  const timed = stops.map((stop, at) => {
    if (clock >= lunchAt) {
      clock += lunch;
      lunch = 0;
    }
    const leg = drive(stop, legs.get(`${stops[at - 1]?.key ?? ''} ${stop.key}`));
    const begins = stop.fixed ? Math.max(clock, Date.parse(stop.from)) : clock;
    clock = begins + stop.minutes * 60_000;
    before = stop;
    return {
      ...stop,
      from: new Date(begins).toISOString(),
      until: new Date(clock).toISOString(),
      legSeconds: leg.seconds,
      legMeters: leg.meters,
      outside: false,
    };
  });
  if (known.end) drive(known.end);
  return {
    ...known,
    stops: timed,
    endsAt: new Date(clock).toISOString(),
    travelSeconds: travel,
    meters,
    estimated: true,
  };
}
