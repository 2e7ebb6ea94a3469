import { newId } from '$lib/api/client';
import { Problem } from '$lib/api/problem';
import { cancelPlan, readPlan, startPlan, type Plan, type Wanted } from './requests';

const AGAIN_MS = 400;

export const isMaking = (plan: Plan | undefined) =>
  plan?.status === 'queued' || plan?.status === 'running';

/** One plan from the press of the button to its tours: started, followed, stopped. */
export class Planning {
  plan = $state.raw<Plan>();
  problem = $state.raw<Problem>();
  /** Between the press and the first answer. */
  starting = $state(false);
  #following = '';

  async start(wanted: Wanted): Promise<string | undefined> {
    const id = newId();
    this.starting = true;
    this.problem = undefined;
    this.plan = undefined;
    try {
      this.plan = await startPlan(id, wanted);
      return id;
    } catch (thrown) {
      this.problem = Problem.from(thrown);
      return undefined;
    } finally {
      this.starting = false;
    }
  }

  /** Shows a plan and waits until it is made. */
  async follow(id: string): Promise<void> {
    if (this.#following === id && !this.problem) return;
    this.#following = id;
    this.problem = undefined;
    if (this.plan?.id !== id) this.plan = undefined;
    try {
      this.plan = await readPlan(id);
      while (this.#following === id && isMaking(this.plan)) {
        const before: string = this.plan.updated_at;
        this.plan = await readPlan(id, true);
        // A server that answers at once without news is not asked without end.
        if (this.plan.updated_at === before) await new Promise((go) => setTimeout(go, AGAIN_MS));
      }
    } catch (thrown) {
      if (this.#following === id) this.problem = Problem.from(thrown);
    }
  }

  async stop(): Promise<void> {
    if (!this.plan) return;
    this.plan = await cancelPlan(this.plan.id);
  }

  /** Nothing is shown, nothing is waited for. */
  leave = () => {
    this.#following = '';
    this.plan = this.problem = undefined;
  };
}
