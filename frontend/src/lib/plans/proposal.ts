import { dayKey, type BoardDay, type BoardStop } from '$lib/tours/board';
import type { Place } from '$lib/visits/requests';
import type { LeftOut, PlannedStop, PlannedTour } from './requests';

/** A shop may be on several days of a long plan. */
const keyOf = (stop: PlannedStop, day: string) => stop.visit_id ?? `${stop.place_id}@${day}`;

function proposedStop(stop: PlannedStop, day: string, settled: boolean): BoardStop {
  const arrives = Date.parse(stop.arrives_at);
  return {
    key: keyOf(stop, day),
    visitId: stop.visit_id ?? null,
    placeId: stop.place_id,
    clientId: stop.client_id,
    name: stop.client_name,
    city: stop.city ?? null,
    lat: stop.lat,
    lng: stop.lng,
    from: new Date(arrives + stop.waiting_seconds * 1000).toISOString(),
    until: stop.leaves_at,
    minutes: stop.minutes,
    fixed: stop.fixed,
    pinned: stop.pinned || stop.fixed,
    outside: stop.outside,
    legSeconds: stop.leg_seconds,
    legMeters: stop.leg_meters,
    reasons: stop.reasons,
    settled,
  };
}

/** A proposed tour on the board. */
export function proposedDay(tour: PlannedTour): BoardDay {
  return {
    key: dayKey(tour.agent_id, tour.day),
    tourId: tour.tour_id ?? null,
    agentId: tour.agent_id,
    agentName: tour.agent_name ?? null,
    day: tour.day,
    startsAt: tour.starts_at,
    endsAt: tour.ends_at,
    lunchAt: tour.lunch_at ?? null,
    late: tour.late ?? false,
    start: tour.start ?? null,
    end: tour.end ?? null,
    travelSeconds: tour.travel_seconds,
    meters: tour.distance_m,
    stops: tour.stops.map((stop) => proposedStop(stop, tour.day, !!tour.tour_id)),
    estimated: false,
  };
}

/** What was agreed and cannot be kept: that is said first. */
export const isClash = ({ why, fixed_at: at }: LeftOut) => why === 'clash' || !!at;

/** A shop that was left out, as a stop whose time nobody knows yet. */
export function waiting(item: LeftOut, place: Place, at: string): BoardStop {
  return {
    key: item.visit_id ?? `${item.place_id}@`,
    visitId: item.visit_id ?? null,
    placeId: item.place_id,
    clientId: item.client_id,
    name: item.client_name,
    city: item.city ?? null,
    lat: place.lat ?? null,
    lng: place.lng ?? null,
    from: at,
    until: at,
    minutes: 0,
    fixed: false,
    pinned: false,
    outside: false,
    legSeconds: 0,
    legMeters: 0,
    reasons: item.reasons,
    settled: false,
  };
}
