import { Remote } from '$lib/api/remote.svelte';
import { isOpen, pageOfVisits, type Visit } from '$lib/visits/requests';
import { Desk } from './desk.svelte';
import { readTours, type Tour } from './requests';

interface Read {
  tour: Tour | undefined;
  loose: Visit[];
}

/** Somebody's day: the tour, and the visits that are on none. */
export class Diary {
  readonly remote = new Remote<Read>();
  readonly desk: Desk;
  #day = '';
  #agent = '';

  constructor() {
    this.desk = new Desk(() => this.reload());
  }

  /** Shows another day; what stood there goes at once. */
  async show(day: string, agent: string): Promise<void> {
    this.#day = day;
    this.#agent = agent;
    this.remote.value = undefined;
    this.desk.tour = undefined;
    await this.reload();
  }

  readonly reload = async (): Promise<void> => {
    const [day, agent_id] = [this.#day, this.#agent];
    await this.remote.load(async () => {
      const [tours, visits] = await Promise.all([
        readTours(day, day, agent_id),
        pageOfVisits({ from: day, until: day, agent_id, limit: 100 }),
      ]);
      const [tour] = tours;
      const on = tour?.stops.map(({ visit }) => visit.id) ?? [];
      const loose = visits.items.filter(
        (visit) => !on.includes(visit.id) && visit.status !== 'cancelled',
      );
      return { tour, loose: loose.toSorted(byTime) };
    });
    if (day === this.#day && agent_id === this.#agent) this.desk.tour = this.remote.value?.tour;
  };
}

/** What is still to come first; agreed times in their order, then the rest. */
function byTime(a: Visit, b: Visit): number {
  if (isOpen(a) !== isOpen(b)) return isOpen(a) ? -1 : 1;
  return (a.fixed_at ?? '9').localeCompare(b.fixed_at ?? '9') || a.id.localeCompare(b.id);
}
