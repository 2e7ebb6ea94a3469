import { Problem } from '$lib/api/problem';
import { Remote } from '$lib/api/remote.svelte';
import { explain } from '$lib/i18n/problems';
import { fmt, t } from '$lib/i18n/index.svelte';
import { toasts } from '$lib/ui/toasts.svelte';
import { addDays, daysFrom } from '$lib/visits/days';
import { pageOfVisits } from '$lib/visits/requests';
import { beginsAt } from './day';
import { boardDay, emptyDay, type BoardDay } from './board';
import { moved, type Gap } from './order';
import { orderTour, pinStops, readTours, type Stop, type Tour } from './requests';
import { bring, takeOff, visitIds } from './transfer';

/** The week's tours on a board: each move goes to the server at once. */
export class Week {
  readonly tours = new Remote<Tour[]>();
  busy = $state(false);
  days = $state.raw<BoardDay[]>([]);
  /** By day, how many visits are in the diary and on no tour. */
  loose = $state.raw<Record<string, number>>({});
  #monday = '';
  #agents: { id: string; name: string | null }[] = [];

  async show(monday: string, agents: { id: string; name: string | null }[]): Promise<void> {
    if (monday !== this.#monday) this.tours.value = undefined;
    this.#monday = monday;
    this.#agents = agents;
    await this.reload();
  }

  readonly reload = async (): Promise<void> => {
    const [monday, agents] = [this.#monday, this.#agents];
    const [only, ...more] = agents;
    const agent = more.length === 0 ? only?.id : undefined;
    const sunday = addDays(monday, 6);
    // A board without this count is better than none.
    const loose = looseBetween(monday, sunday, agent).catch(() => ({}));
    await this.tours.load(() => readTours(monday, sunday, agent));
    this.loose = await loose;
    this.#arrange();
  };

  /** Monday to Friday always; Saturday and Sunday when there is a tour. */
  #arrange() {
    const tours = this.tours.value ?? [];
    this.days = this.#agents.flatMap(({ id, name }) =>
      daysFrom(this.#monday, addDays(this.#monday, 6)).flatMap((day, index) => {
        const tour = tours.find((one) => one.agent_id === id && one.day === day);
        if (tour) return [boardDay(tour)];
        return index < 5 ? [emptyDay(id, name, day)] : [];
      }),
    );
  }

  tourOf(day: string): Tour | undefined {
    const known = this.days.find(({ key }) => key === day);
    return this.tours.value?.find(({ id }) => id === known?.tourId);
  }

  stopOf(visitId: string): { tour: Tour; stop: Stop } | undefined {
    for (const tour of this.tours.value ?? []) {
      const stop = tour.stops.find(({ visit }) => visit.id === visitId);
      if (stop) return { tour, stop };
    }
    return undefined;
  }

  /** Shown at once; what the server refuses goes back. */
  async move(visitId: string, to: Gap): Promise<void> {
    const known = this.stopOf(visitId);
    const into = this.days.find(({ key }) => key === to.day);
    if (!known || !into) return;
    const { tour, stop } = known;
    const at = tour.stops.indexOf(stop);
    const home = this.days.find(({ tourId }) => tourId === tour.id);
    if (!home || into.agentId !== home.agentId) return;
    this.#preview(visitId, to);
    const name = stop.visit.client_name;
    await this.#try(async () => {
      if (into.key === home.key) {
        await orderTour(tour, moved(visitIds(tour.stops), at, to.at));
        toasts.say(t().tours.reordered, {
          undo: () => void this.move(visitId, { day: home.key, at }),
        });
      } else {
        await bring(visitId, into.day, to.at);
        toasts.say(t().tours.moved(name, fmt().weekday(into.day)), {
          undo: () => void this.move(visitId, { day: home.key, at }),
        });
      }
    });
  }

  async remove(visitId: string): Promise<void> {
    const known = this.stopOf(visitId);
    if (!known) return;
    await this.#try(async () => {
      await takeOff(known.tour, known.stop.visit);
      toasts.say(t().tours.removed(known.stop.visit.client_name));
    });
  }

  /** Its time stands whatever is planned anew, or does not any more. */
  async pin(visitId: string): Promise<void> {
    const known = this.stopOf(visitId);
    if (!known) return;
    const { tour, stop } = known;
    const pinned = tour.stops.filter((one) => one.pinned).map(({ visit }) => visit.id);
    const [name, words] = [stop.visit.client_name, t().tours];
    await this.#try(async () => {
      await pinStops(
        tour,
        stop.pinned ? pinned.filter((id) => id !== visitId) : [...pinned, visitId],
      );
      const at = fmt().time(beginsAt(stop));
      toasts.say(stop.pinned ? words.unpinnedToast(name) : words.pinnedToast(name, at));
    });
  }

  #preview(visitId: string, to: Gap) {
    const tile = this.days.flatMap(({ stops }) => stops).find(({ key }) => key === visitId);
    if (!tile) return;
    this.days = this.days.map((day) => {
      const rest = day.stops.filter(({ key }) => key !== visitId);
      if (day.key !== to.day) return { ...day, stops: rest };
      return {
        ...day,
        estimated: true,
        stops: [...rest.slice(0, to.at), tile, ...rest.slice(to.at)],
      };
    });
  }

  async #try(work: () => Promise<void>) {
    if (this.busy) return;
    this.busy = true;
    try {
      await work();
    } catch (thrown) {
      const problem = Problem.from(thrown);
      const words = problem.slug === 'stale' ? t().tours.outdated : explain(problem);
      toasts.say(words, { tone: 'bad' });
    } finally {
      await this.reload();
      this.busy = false;
    }
  }
}

/** Visits on no tour, counted by the day on which they are to be made. */
async function looseBetween(from: string, until: string, agent_id?: string) {
  const asked = { from, until, status: 'planned' as const, limit: 100 };
  const { items } = await pageOfVisits({ ...asked, ...(agent_id ? { agent_id } : {}) });
  const counts: Record<string, number> = {};
  for (const { day, tour_id } of items) if (!tour_id) counts[day] = (counts[day] ?? 0) + 1;
  return counts;
}
