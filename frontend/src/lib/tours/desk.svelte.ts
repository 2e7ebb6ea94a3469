import { Problem } from '$lib/api/problem';
import { explain } from '$lib/i18n/problems';
import { fmt, t } from '$lib/i18n/index.svelte';
import { toasts } from '$lib/ui/toasts.svelte';
import { changeVisit, type Visit } from '$lib/visits/requests';
import { beginsAt } from './day';
import { orderTour, withdrawTour, type Stop, type Tour } from './requests';
import { bring, putOn, takeOff, transfer, visitIds } from './transfer';

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
    this.tour ? this.order(visitIds(this.tour.stops), t().tours.retimed, false) : Promise.resolve();

  async remove(stop: Stop): Promise<void> {
    const tour = this.tour;
    if (!tour) return;
    const at = tour.stops.indexOf(stop);
    await this.#try(async () => {
      const off = await takeOff(tour, stop.visit);
      this.tour = off.tour ?? undefined;
      toasts.say(t().tours.removed(stop.visit.client_name), {
        undo: () => void this.add(off.visit, at),
      });
    });
    await this.reload();
  }

  /** Puts a visit of this day on the tour, or begins one with it. */
  async add(visit: Visit, at = this.tour?.stops.length ?? 0): Promise<void> {
    await this.#try(async () => {
      this.tour = (await putOn(visit, at)) ?? undefined;
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
      const gone = await transfer(tour, stop, day);
      this.tour = gone.from ?? undefined;
      toasts.say(t().tours.moved(name, fmt().weekday(day)), {
        undo: () => void this.#back(gone.visit, tour.day, at),
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

  /** An appointment at the time the tour gives it, or none any more; then the times are made anew. */
  async pin(stop: Stop): Promise<void> {
    const tour = this.tour;
    if (!tour) return;
    const { visit } = stop;
    const at = visit.fixed_at ? null : beginsAt(stop);
    await this.#try(async () => {
      await changeVisit(visit, { fixed_at: at });
      this.tour = await orderTour(tour, visitIds(tour.stops));
      const words = t().tours;
      toasts.say(
        at
          ? words.pinnedToast(visit.client_name, fmt().time(at))
          : words.unpinnedToast(visit.client_name),
      );
    });
  }

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
