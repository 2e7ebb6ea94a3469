import { estimatedLeg } from '$lib/plans/retime';
import type { Stop, Tour } from './requests';

interface Point {
  lat: number;
  lng: number;
}

/** A shop that could be seen on the way. */
export interface Near {
  id: string;
  name: string;
  urgency: number;
  standing: string;
  /** Seconds more on the road. */
  detour: number;
  /** Before which of the tour's stops; their number: after the last. */
  at: number;
}

export interface Candidate extends Point {
  id: string;
  name: string;
  urgency: number;
  standing: string;
}

const DETOUR_MOST_S = 40 * 60;

const placed = (point: { lat?: number | null; lng?: number | null } | null | undefined) =>
  point?.lat == null || point.lng == null ? null : { lat: point.lat, lng: point.lng };

const seconds = (a: Point | null, b: Point | null) => (a && b ? estimatedLeg(a, b).seconds : 0);

/** Where a shop costs the least way among the stops still to come, from `first` on. */
export function detourOf(
  tour: Pick<Tour, 'start_place' | 'end_place' | 'stops'>,
  shop: Point,
  first: number,
): { at: number; detour: number } {
  const points = tour.stops.map(({ visit }) => placed(visit));
  let best = { at: points.length, detour: Infinity };
  for (let at = first; at <= points.length; at += 1) {
    const before = points[at - 1] ?? (at === 0 ? placed(tour.start_place) : null);
    const after = points[at] ?? (at === points.length ? placed(tour.end_place) : null);
    const detour = seconds(before, shop) + seconds(shop, after) - seconds(before, after);
    if (detour < best.detour) best = { at, detour };
  }
  return best;
}

/** The shops worth a detour, those first that are the most urgent for the way they cost. */
export function nearTour(tour: Tour, shops: Candidate[], most = 12): Near[] {
  const open = tour.stops.findIndex(({ visit }) => visit.status === 'planned');
  const first = open < 0 ? tour.stops.length : open;
  const on = tour.stops.map((stop: Stop) => stop.visit.place_id);
  return shops
    .filter(({ id }) => !on.includes(id))
    .map((shop) => ({ ...shop, ...detourOf(tour, shop, first) }))
    .filter(({ detour }) => detour <= DETOUR_MOST_S)
    .toSorted((a, b) => worth(b) - worth(a))
    .slice(0, most);
}

/** Urgency for each quarter of an hour on the road. */
const worth = ({ urgency, detour }: { urgency: number; detour: number }) =>
  urgency / (1 + Math.max(0, detour) / 900);
