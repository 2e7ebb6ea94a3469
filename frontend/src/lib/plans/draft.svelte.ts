import { find, moved, type Gap } from '$lib/tours/order';
import type { BoardDay, BoardStop } from '$lib/tours/board';
import { retimed } from './retime';

export interface Removed {
  stop: BoardStop;
  /** Where it was. */
  gap: Gap;
}

/** A proposal and what somebody has changed in it; nothing is saved before it is accepted. */
export class Draft {
  /** As the planner made it. */
  original = $state.raw<BoardDay[]>([]);
  days = $state.raw<BoardDay[]>([]);
  removed = $state.raw<Removed[]>([]);
  #history = $state.raw<{ days: BoardDay[]; removed: Removed[] }[]>([]);

  get changed() {
    return this.#history.length > 0;
  }

  start(days: BoardDay[]) {
    this.original = this.days = days;
    this.removed = [];
    this.#history = [];
  }

  undo = () => {
    const before = this.#history.at(-1);
    if (!before) return;
    this.days = before.days;
    this.removed = before.removed;
    this.#history = this.#history.slice(0, -1);
  };

  reset = () => this.start(this.original);

  stop(key: string): BoardStop | undefined {
    return this.days.flatMap(({ stops }) => stops).find((stop) => stop.key === key);
  }

  move(key: string, to: Gap) {
    const from = find(this.days, key);
    const stop = this.stop(key);
    if (!from || !stop) return;
    this.#remember();
    if (from.day === to.day) {
      this.#set(to.day, (stops) => moved(stops, from.at, to.at));
      return;
    }
    this.#set(from.day, (stops) => stops.filter((one) => one.key !== key));
    this.#insert(stop, to);
  }

  remove(key: string) {
    const gap = find(this.days, key);
    const stop = this.stop(key);
    if (!gap || !stop) return;
    this.#remember();
    this.#set(gap.day, (stops) => stops.filter((one) => one.key !== key));
    this.removed = [...this.removed, { stop, gap }];
  }

  putBack({ stop, gap }: Removed) {
    this.#remember();
    this.removed = this.removed.filter((one) => one.stop.key !== stop.key);
    this.#insert(stop, gap);
  }

  /** A shop that was left out, where it is least out of the way. */
  add(stop: BoardStop, day: string) {
    this.#remember();
    const stops = this.days.find(({ key }) => key === day)?.stops ?? [];
    this.#insert(stop, { day, at: cheapest(stops, stop) });
  }

  #remember() {
    this.#history = [...this.#history, { days: this.days, removed: this.removed }];
  }

  #insert(stop: BoardStop, { day, at }: Gap) {
    this.#set(day, (stops) => [...stops.slice(0, at), stop, ...stops.slice(at)]);
  }

  #set(day: string, change: (stops: BoardStop[]) => BoardStop[]) {
    this.days = this.days.map((one) => {
      if (one.key !== day) return one;
      const next = change(one.stops);
      const planned = this.original.find(({ key }) => key === day);
      const same =
        planned?.stops.map(({ key }) => key).join() === next.map(({ key }) => key).join();
      // Put back as it was, its exact times come back too.
      return planned && same ? planned : retimed(planned ?? one, next);
    });
  }
}

/** Where a stop costs the shortest way. */
export function cheapest(stops: BoardStop[], stop: BoardStop): number {
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
