import { dayKey, type BoardDay, type BoardStop } from '$lib/tours/board';
import type { PlannedStop, PlannedTour } from './requests';

/** A shop may be on several days of a long plan. */
const keyOf = (stop: PlannedStop, day: string) => stop.visit_id ?? `${stop.place_id}@${day}`;

function proposedStop(stop: PlannedStop, day: string): BoardStop {
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
    outside: stop.outside,
    legSeconds: stop.leg_seconds,
    legMeters: stop.leg_meters,
    reasons: stop.reasons,
    settled: false,
  };
}

/** A proposed tour on the board. */
export function proposedDay(tour: PlannedTour): BoardDay {
  return {
    key: dayKey(tour.agent_id, tour.day),
    tourId: null,
    agentId: tour.agent_id,
    agentName: tour.agent_name ?? null,
    day: tour.day,
    startsAt: tour.starts_at,
    endsAt: tour.ends_at,
    lunchAt: tour.lunch_at ?? null,
    start: tour.start ?? null,
    end: tour.end ?? null,
    travelSeconds: tour.travel_seconds,
    meters: tour.distance_m,
    stops: tour.stops.map((stop) => proposedStop(stop, tour.day)),
    estimated: false,
  };
}
