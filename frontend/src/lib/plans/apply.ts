import { newId } from '$lib/api/client';
import type { BoardDay, BoardStop } from '$lib/tours/board';
import { dayKey } from '$lib/tours/board';
import { find } from '$lib/tours/order';
import { createTour, orderTour, type Tour } from '$lib/tours/requests';
import { takeOff, visitIds } from '$lib/tours/transfer';
import { cancelVisit, createVisit, putOnDay, type Visit } from '$lib/visits/requests';
import type { Removed } from './draft.svelte';

const keys = (day: BoardDay) => day.stops.map(({ key }) => key).join();

/** The days whose stops are not those of the proposal any more, or stand in another order. */
export function changedDays(original: BoardDay[], now: BoardDay[]): BoardDay[] {
  return now.filter((day) => {
    const before = original.find(({ key }) => key === day.key);
    return !before || keys(before) !== keys(day);
  });
}

/**
 * Brings what somebody changed in a proposal into the tours that it became. Each step stands by itself, so what
 * the diary refuses leaves the rest done; the answer is the names of the shops that have to be moved by hand.
 */
export async function applyChanges(
  tours: Tour[],
  original: BoardDay[],
  now: BoardDay[],
  removed: Removed[],
): Promise<string[]> {
  const table = new Table(tours, original);
  for (const { stop, gap } of removed) await table.drop(stop, gap.day);
  const changed = changedDays(original, now).filter(({ key }) => table.knows(key));
  for (const day of changed) {
    for (const stop of day.stops) await table.bring(stop, day);
  }
  for (const day of changed) await table.order(day);
  return table.failed;
}

class Table {
  readonly failed: string[] = [];
  #tours = new Map<string, Tour | null>();
  #visits = new Map<string, Visit>();

  constructor(
    tours: Tour[],
    private readonly original: BoardDay[],
  ) {
    for (const tour of tours) {
      const key = dayKey(tour.agent_id, tour.day);
      this.#tours.set(key, tour);
      const planned = original.find((day) => day.key === key);
      for (const { visit } of tour.stops) {
        const stop = planned?.stops.find((one) => one.placeId === visit.place_id);
        if (stop) this.#visits.set(stop.key, visit);
      }
    }
  }

  /** Whether this day has been accepted. */
  knows(day: string): boolean {
    return this.#tours.has(day);
  }

  /** What the planner alone wanted is cancelled; an appointment stays in the diary, on no tour. */
  async drop(stop: BoardStop, day: string) {
    const visit = this.#visits.get(stop.key);
    if (!visit) return;
    await this.#try(stop, async () => {
      const off = await this.#off(visit, day);
      if (!stop.visitId) await cancelVisit(off, '');
    });
  }

  /** Has the visit in the diary on this day, off the tour it was on. */
  async bring(stop: BoardStop, day: BoardDay) {
    const from = find(this.original, stop.key)?.day;
    if (from === day.key) return;
    await this.#try(stop, async () => {
      const visit = this.#visits.get(stop.key);
      if (!visit || !from) {
        const { placeId: place_id, minutes } = stop;
        const body = { place_id, minutes, day: day.day, agent_id: day.agentId };
        this.#visits.set(stop.key, await createVisit(newId(), body));
        return;
      }
      this.#visits.set(stop.key, await putOnDay(await this.#off(visit, from), day.day));
    });
  }

  async order(day: BoardDay) {
    const [first] = day.stops;
    if (!first || this.failed.length > 0) return;
    const tour = this.#tours.get(day.key);
    const ids = day.stops.flatMap((stop) => this.#visits.get(stop.key)?.id ?? []);
    await this.#try(first, async () => {
      if (!tour) await createTour(newId(), day.day, day.agentId, ids);
      else if (visitIds(tour.stops).join() !== ids.join()) await orderTour(tour, ids);
    });
  }

  async #off(visit: Visit, day: string): Promise<Visit> {
    const tour = this.#tours.get(day);
    if (!tour) return visit;
    const off = await takeOff(tour, visit);
    this.#tours.set(day, off.tour);
    return off.visit;
  }

  async #try(stop: BoardStop, work: () => Promise<void>) {
    await work().catch(() => this.failed.push(stop.name));
  }
}
