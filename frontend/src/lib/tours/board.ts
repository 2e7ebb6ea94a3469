import { beginsAt } from './day';
import type { Reason, Stop, Tour } from './requests';

export interface Base {
  label: string;
  lat: number;
  lng: number;
}

/** A stop as a board of days shows it; proposed or in the diary. */
export interface BoardStop {
  /** The visit's id, or the shop's while there is no visit. */
  key: string;
  visitId: string | null;
  placeId: string;
  clientId: string;
  name: string;
  city: string | null;
  lat: number | null;
  lng: number | null;
  /** The visit itself, after waiting at the door. */
  from: string;
  until: string;
  minutes: number;
  /** Agreed with the customer: its time stands. */
  fixed: boolean;
  /** Its time stands whatever is planned anew. */
  pinned: boolean;
  /** Not within the shop's hours. */
  outside: boolean;
  legSeconds: number;
  legMeters: number;
  reasons: Reason[];
  /** It is over, or somebody is there: it is moved no more. */
  settled: boolean;
}

/** One agent's day. */
export interface BoardDay {
  /** Agent and day. */
  key: string;
  /** The tour, when there is one. */
  tourId: string | null;
  agentId: string;
  agentName: string | null;
  day: string;
  startsAt: string;
  endsAt: string;
  lunchAt: string | null;
  /** It ends after the working hours, or leaves no room for the break. */
  late: boolean;
  start: Base | null;
  end: Base | null;
  travelSeconds: number;
  meters: number;
  stops: BoardStop[];
  /** The times are estimated: somebody has moved something since they were computed. */
  estimated: boolean;
}

export const dayKey = (agent: string, day: string) => `${agent}|${day}`;

export function boardStop(stop: Stop): BoardStop {
  const { visit } = stop;
  return {
    key: visit.id,
    visitId: visit.id,
    placeId: visit.place_id,
    clientId: visit.client_id,
    name: visit.client_name,
    city: visit.city ?? null,
    lat: visit.lat ?? null,
    lng: visit.lng ?? null,
    from: beginsAt(stop),
    until: stop.leaves_at,
    minutes: visit.minutes,
    fixed: !!visit.fixed_at,
    pinned: stop.pinned,
    outside: stop.outside,
    legSeconds: stop.leg_seconds,
    legMeters: stop.leg_meters,
    reasons: stop.reasons,
    settled: visit.status !== 'planned',
  };
}

export function boardDay(tour: Tour): BoardDay {
  return {
    key: dayKey(tour.agent_id, tour.day),
    tourId: tour.id,
    agentId: tour.agent_id,
    agentName: tour.agent_name ?? null,
    day: tour.day,
    startsAt: tour.starts_at,
    endsAt: tour.ends_at,
    lunchAt: tour.lunch_at ?? null,
    late: tour.late,
    start: tour.start_place ?? null,
    end: tour.end_place ?? null,
    travelSeconds: tour.travel_seconds,
    meters: tour.distance_m,
    stops: tour.stops.filter(({ visit }) => visit.status !== 'cancelled').map(boardStop),
    estimated: false,
  };
}

/** A day on which nothing is planned yet. */
export function emptyDay(agentId: string, agentName: string | null, day: string): BoardDay {
  const morning = `${day}T08:00:00Z`;
  return {
    key: dayKey(agentId, day),
    tourId: null,
    agentId,
    agentName,
    day,
    startsAt: morning,
    endsAt: morning,
    lunchAt: null,
    late: false,
    start: null,
    end: null,
    travelSeconds: 0,
    meters: 0,
    stops: [],
    estimated: false,
  };
}

/** What several days are together. */
export function totals(days: BoardDay[]) {
  const worked = days.filter(({ stops }) => stops.length > 0);
  const sum = (of: (day: BoardDay) => number) => worked.reduce((all, day) => all + of(day), 0);
  return {
    tours: worked.length,
    visits: sum(({ stops }) => stops.length),
    travelSeconds: sum(({ travelSeconds }) => travelSeconds),
  };
}
