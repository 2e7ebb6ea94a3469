import { find, moved, type Gap } from '$lib/tours/order';
import type { BoardDay, BoardStop } from '$lib/tours/board';
import type { TourDraft } from './requests';

/** What somebody does to a proposal. */
export type Change =
  | { kind: 'move'; stop: string; to: Gap }
  | { kind: 'remove'; stop: string }
  | { kind: 'pin'; stop: string }
  | { kind: 'add'; stop: BoardStop; day: string; where?: 'on the way' | 'last' };

const stopOf = (days: readonly BoardDay[], key: string) =>
  days.flatMap(({ stops }) => stops).find((stop) => stop.key === key);

/** A day with other stops; its times are not computed yet. */
function withStops(day: BoardDay, stops: BoardStop[]): BoardDay {
  return { ...day, stops, estimated: true };
}

/** The days after a change; those it does not concern are the same objects. */
export function changed(days: readonly BoardDay[], change: Change): BoardDay[] {
  if (change.kind === 'add') {
    return days.map((day) => {
      if (day.key !== change.day) return day;
      const at = change.where === 'last' ? day.stops.length : cheapest(day.stops, change.stop);
      return withStops(day, [...day.stops.slice(0, at), change.stop, ...day.stops.slice(at)]);
    });
  }
  const from = find(days, change.stop);
  const stop = stopOf(days, change.stop);
  if (!from || !stop) return [...days];
  const without = (day: BoardDay) => day.stops.filter(({ key }) => key !== change.stop);
  return days.map((day) => {
    const here = day.key === from.day;
    if (change.kind === 'pin') {
      const pin = (one: BoardStop) => (one === stop ? { ...one, pinned: !one.pinned } : one);
      return here ? { ...day, stops: day.stops.map(pin) } : day;
    }
    if (change.kind === 'remove') return here ? withStops(day, without(day)) : day;
    if (here && change.to.day === day.key) {
      return withStops(day, moved(day.stops, from.at, change.to.at));
    }
    if (here) return withStops(day, without(day));
    if (change.to.day !== day.key) return day;
    return withStops(day, [
      ...day.stops.slice(0, change.to.at),
      stop,
      ...day.stops.slice(change.to.at),
    ]);
  });
}

/** A day as the server is told it: which shops, in which order. */
export function draftOf(day: BoardDay): TourDraft {
  const stops = day.stops.map(({ placeId, pinned }) => ({ place_id: placeId, pinned }));
  return { agent_id: day.agentId, day: day.day, stops };
}

/** What the server has to be told so that `before` becomes `after`. */
export function draftsBetween(
  before: readonly BoardDay[],
  after: readonly BoardDay[],
): TourDraft[] {
  return after
    .filter((day) => {
      const old = before.find(({ key }) => key === day.key);
      return !old || JSON.stringify(draftOf(old)) !== JSON.stringify(draftOf(day));
    })
    .map(draftOf);
}

/** How much of the days cannot be kept: stops out of hours, and days that end too late. */
export function unkept(days: readonly BoardDay[]): number {
  return days.reduce(
    (all, { late, stops }) => all + Number(late) + stops.filter(({ outside }) => outside).length,
    0,
  );
}

/** Where a stop costs the shortest way. */
export function cheapest(stops: readonly BoardStop[], stop: BoardStop): number {
  const far = (a?: BoardStop, b?: BoardStop) =>
    a?.lat == null || b?.lat == null || a.lng == null || b.lng == null
      ? 0
      : Math.hypot(a.lat - b.lat, (a.lng - b.lng) * Math.cos((a.lat * Math.PI) / 180));
  let best = { at: stops.length, extra: Infinity };
  for (let at = 0; at <= stops.length; at += 1) {
    const [before, after] = [stops[at - 1], stops[at]];
    const extra = far(before, stop) + far(stop, after) - far(before, after);
    if (extra < best.extra) best = { at, extra };
  }
  return best.at;
}
