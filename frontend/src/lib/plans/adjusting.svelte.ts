import { Problem } from '$lib/api/problem';
import { explain } from '$lib/i18n/problems';
import { dayKey, emptyDay, type BoardDay } from '$lib/tours/board';
import { toasts } from '$lib/ui/toasts.svelte';
import { changed, draftsBetween, unkept, type Change } from './adjust';
import { proposedDay } from './proposal';
import { changePlan, type Plan } from './requests';

/** A proposal that somebody changes: shown at once, timed by the server, taken back if it refuses. */
export class Adjusting {
  plan = $state.raw<Plan>() as Plan;
  days = $state.raw<BoardDay[]>([]);
  busy = $state(false);
  #first = $state.raw<BoardDay[]>([]);

  constructor(plan: Plan) {
    this.#take(plan);
    this.#first = this.days;
  }

  /** Whether it is not any more what the planner proposed. */
  get changed() {
    return draftsBetween(this.days, this.#first).length > 0;
  }

  /** True when it was done; `after` then says so, with a way back. */
  async change(change: Change, say: (undo: () => void) => void): Promise<boolean> {
    const before = this.days;
    const done = await this.#become(changed(before, change));
    if (done && change.kind === 'add') await this.#orLast(before, change);
    if (done) say(() => void this.#become(before));
    return done;
  }

  /** On the way a shop may be closed, and everybody after it waits: then it comes last, if that keeps more. */
  async #orLast(before: BoardDay[], change: Change & { kind: 'add' }) {
    const onTheWay = this.days;
    if (unkept(onTheWay) <= unkept(before)) return;
    const last = await this.#become(changed(before, { ...change, where: 'last' }));
    if (last && unkept(this.days) >= unkept(onTheWay)) await this.#become(onTheWay);
  }

  reset = () => this.#become(this.#first);

  async #become(days: BoardDay[]): Promise<boolean> {
    const drafts = draftsBetween(this.days, days);
    if (this.busy || drafts.length === 0) return false;
    const before = this.days;
    this.days = days;
    this.busy = true;
    try {
      this.#take(await changePlan(this.plan, drafts));
      return true;
    } catch (thrown) {
      this.days = before;
      toasts.say(explain(Problem.from(thrown)), { tone: 'bad' });
      return false;
    } finally {
      this.busy = false;
    }
  }

  /** A day that lost its last stop stays on the board, to take others. */
  #take(plan: Plan) {
    const now = (plan.outcome?.tours ?? []).map(proposedDay);
    const gone = this.days
      .filter(({ key }) => !now.some((day) => day.key === key))
      .map(({ agentId, agentName, day }) => emptyDay(agentId, agentName, day));
    this.plan = plan;
    this.days = [...now, ...gone].toSorted((a, b) => order(a).localeCompare(order(b)));
  }
}

/** By agent, then by day. */
const order = ({ agentName, agentId, day }: BoardDay) =>
  `${agentName ?? ''}|${dayKey(agentId, day)}`;
