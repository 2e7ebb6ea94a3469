import { byField, Problem } from '$lib/api/problem';
import { explainAll, explainField } from '$lib/i18n/problems';

/** Sends a form once at a time, and sorts what the server refuses into the fields' slots. */
export class Form {
  busy = $state(false);
  /** The words under each field. */
  faults = $state<Record<string, string>>({});
  /** What concerns no single field. */
  fault = $state('');

  /** True when the work was done. `onProblem` may take a problem over by returning true. */
  async submit(
    work: () => Promise<void>,
    onProblem: (problem: Problem) => boolean = () => false,
  ): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.fault = '';
    this.faults = {};
    try {
      await work();
      return true;
    } catch (thrown) {
      const problem = Problem.from(thrown);
      if (!onProblem(problem)) this.show(problem);
      return false;
    } finally {
      this.busy = false;
    }
  }

  show(problem: Problem) {
    this.faults = Object.fromEntries(
      Object.entries(byField(problem.fields)).map(([name, field]) => [name, explainField(field)]),
    );
    this.fault = explainAll(problem);
  }
}
