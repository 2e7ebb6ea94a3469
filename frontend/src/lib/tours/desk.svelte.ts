import { Problem } from '$lib/api/problem';
import { explain } from '$lib/i18n/problems';
import { fmt, t } from '$lib/i18n/index.svelte';
import { toasts } from '$lib/ui/toasts.svelte';
import { whereAmI } from '$lib/visits/position';
import type { Visit } from '$lib/visits/requests';
import { beginsAt } from './day';
import {
  optimiseTour,
  orderTour,
  pinStops,
  replanTour,
  retimeTour,
  withdrawTour,
  type Replanned,
  type Stop,
  type Tour,
} from './requests';
import { bring, putOn, takeOff, visitIds } from './transfer';

/** One tour on the screen and what one does with it. What was refused is undone and said; what is stale is read again. */
export class Desk {
  tour = $state.raw<Tour>();
  busy = $state(false);

  constructor(
    /** Reads everything on the page again. */
    private readonly reload: () => Promise<void>,
  ) {}

  /** A visit has changed by itself: its report, its status. */
  readonly take = (visit: Visit) => {
    if (!this.tour) return;
    const stops = this.tour.stops.map((stop) =>
      stop.visit.id === visit.id ? { ...stop, visit } : stop,
    );
    this.tour = { ...this.tour, stops };
  };

  /** True when it was done. */
  async #try(work: () => Promise<void>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    const before = this.tour;
    try {
      await work();
      return true;
    } catch (thrown) {
      const problem = Problem.from(thrown);
      this.tour = before;
      const stale = problem.status === 412 || problem.status === 409 || problem.status === 404;
      const words = problem.slug === 'stale' ? t().tours.outdated : explain(problem);
      toasts.say(words, { tone: 'bad' });
      if (stale) await this.reload();
      return false;
    } finally {
      this.busy = false;
    }
  }

  /** Another order; shown at once, timed by the server. */
  async order(ids: string[], words = t().tours.reordered, undoable = true): Promise<void> {
    const tour = this.tour;
    if (!tour) return;
    const before = visitIds(tour.stops);
    await this.#try(async () => {
      const stops = ids.flatMap((id) => tour.stops.filter(({ visit }) => visit.id === id));
      this.tour = { ...tour, stops };
      this.tour = await orderTour(tour, ids);
      toasts.say(words, { undo: undoable ? () => void this.order(before) : undefined });
    });
  }

  retime = () =>
    this.#act(async (tour) => {
      this.tour = await retimeTour(tour);
      toasts.say(t().tours.retimed);
    });

  optimise = () =>
    this.#act(async (tour) => {
      const before = visitIds(tour.stops);
      const made = await optimiseTour(tour);
      this.tour = made.tour;
      const same = visitIds(made.tour.stops).join() === before.join();
      if (same) toasts.say(t().tours.optimisedSame);
      else {
        const words = t().tours.optimised(fmt().span(Math.max(0, made.saved_seconds)));
        toasts.say(words, { undo: () => void this.order(before) });
      }
    });

  /** The rest of the day from now; from where somebody is, if they want to say so. */
  replan = (here: boolean) =>
    this.#act(async (tour) => {
      const at = here ? await whereAmI() : null;
      const spot = at?.lat != null && at.lng != null ? { lat: at.lat, lng: at.lng } : null;
      if (here && !spot) toasts.say(t().visits.position.denied);
      this.#sayReplanned(await replanTour(tour, spot));
    });

  #sayReplanned({ tour, not_kept }: Replanned) {
    this.tour = tour;
    const gone = not_kept.filter((one) => !one.on_tour).map((one) => one.client_name);
    const late = not_kept.filter((one) => one.on_tour).map((one) => one.client_name);
    const words = [
      t().tours.replanned,
      gone.length > 0 ? t().tours.dropped(gone.join(', ')) : '',
      late.length > 0 ? t().tours.notKept(late.join(', ')) : '',
    ];
    toasts.say(words.filter(Boolean).join(' '));
    if (gone.length > 0) void this.reload();
  }

  async #act(work: (tour: Tour) => Promise<void>): Promise<void> {
    const { tour } = this;
    if (tour) await this.#try(() => work(tour));
  }

  async remove(stop: Stop): Promise<void> {
    const tour = this.tour;
    if (!tour) return;
    const at = tour.stops.indexOf(stop);
    await this.#try(async () => {
      const off = await takeOff(tour, stop.visit);
      this.tour = off.tour;
      toasts.say(t().tours.removed(stop.visit.client_name), {
        undo: () => void this.add(off.visit, at),
      });
    });
    await this.reload();
  }

  /** Puts a visit of this day on the tour, or begins one with it. */
  async add(visit: Visit, at = this.tour?.stops.length ?? 0): Promise<void> {
    await this.#try(async () => {
      this.tour = await putOn(visit, at);
      toasts.say(t().tours.added(visit.client_name));
    });
    await this.reload();
  }

  async toDay(stop: Stop, day: string): Promise<boolean> {
    const tour = this.tour;
    if (!tour) return false;
    const name = stop.visit.client_name;
    const at = tour.stops.indexOf(stop);
    const done = await this.#try(async () => {
      const gone = await bring(stop.visit.id, day);
      toasts.say(t().tours.moved(name, fmt().weekday(day)), {
        undo: () => void this.#back(gone, tour.day, at),
      });
    });
    await this.reload();
    return done;
  }

  async #back(visit: Visit, day: string, at: number) {
    await this.#try(async () => {
      await bring(visit.id, day, at);
    });
    await this.reload();
  }

  /** Its time stands whatever is planned anew, or does not any more. */
  pin = (stop: Stop) =>
    this.#act(async (tour) => {
      const { id, client_name: name } = stop.visit;
      const pinned = tour.stops.filter((one) => one.pinned).map(({ visit }) => visit.id);
      const next = stop.pinned ? pinned.filter((one) => one !== id) : [...pinned, id];
      this.tour = await pinStops(tour, next);
      const words = t().tours;
      toasts.say(
        stop.pinned
          ? words.unpinnedToast(name)
          : words.pinnedToast(name, fmt().time(beginsAt(stop))),
      );
    });

  async withdraw(): Promise<void> {
    const tour = this.tour;
    if (!tour) return;
    await this.#try(async () => {
      await withdrawTour(tour);
      this.tour = undefined;
      toasts.say(t().tours.withdrawn(fmt().weekday(tour.day)));
    });
    await this.reload();
  }
}
