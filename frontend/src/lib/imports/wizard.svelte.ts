import { Problem } from '$lib/api/problem';
import { readPipelines, type Pipeline } from '$lib/pipelines/requests';
import { mappingGaps, suggestOptions } from './choices';
import {
  changeImport,
  checkImport,
  readImport,
  runImport,
  type Import,
  type Options,
} from './requests';

const POLL_MS = 800;

/** One import from its file to its report: what the server knows, and what is being chosen here. */
export class Wizard {
  found = $state.raw<Import>();
  options = $state<Options>();
  pipelines = $state.raw<Pipeline[]>([]);
  problem = $state.raw<Problem>();
  busy = $state(false);
  /** Back to the choices after a check. */
  choosing = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly id: string,
    private readonly newPipelineName: string,
  ) {}

  get working() {
    return ['uploading', 'checking', 'running'].includes(this.found?.status ?? '');
  }

  get stage(): 'choose' | 'wait' | 'checked' | 'finished' {
    if (this.working) return 'wait';
    if (this.found?.status === 'checked' && !this.choosing) return 'checked';
    return this.found?.status === 'done' || (this.found?.status === 'failed' && !this.choosing)
      ? 'finished'
      : 'choose';
  }

  get ready() {
    if (!this.found || !this.options) return false;
    const { missing, twice } = mappingGaps(this.found);
    const named = !this.options.new_pipeline || this.options.new_pipeline.name.trim() !== '';
    return missing.length === 0 && twice.length === 0 && named;
  }

  start = () =>
    this.#attempt(async () => {
      const found = await readImport(this.id);
      if (found.kind === 'opportunities') this.pipelines = await readPipelines();
      this.#take(found);
    });

  stop() {
    clearTimeout(this.#timer);
  }

  map = (column: string, field: string | null) =>
    this.#attempt(async () => {
      if (!this.found) return;
      const mapping = { ...this.found.mapping, [column]: field };
      this.found = { ...this.found, mapping };
      this.#take(await changeImport(this.found, { mapping }));
    });

  check = () =>
    this.#attempt(async () => {
      if (!this.found || !this.options) return;
      const options = $state.snapshot(this.options) as Options;
      const saved = await changeImport(this.found, { mapping: this.found.mapping, options });
      await checkImport(saved.id);
      this.choosing = false;
      this.#take(await readImport(this.id));
    });

  run = () =>
    this.#attempt(async () => {
      await runImport(this.id);
      this.#take(await readImport(this.id));
    });

  #take(found: Import) {
    this.found = found;
    this.options = suggestOptions(
      this.options ? { ...found, options: $state.snapshot(this.options) as Options } : found,
      this.pipelines,
      this.newPipelineName,
    );
    if (this.working) this.#timer = setTimeout(() => void this.#poll(), POLL_MS);
  }

  async #poll() {
    try {
      this.#take(await readImport(this.id));
      this.problem = undefined;
    } catch (thrown) {
      // The import goes on without us; keep asking.
      this.problem = Problem.from(thrown);
      this.#timer = setTimeout(() => void this.#poll(), POLL_MS * 4);
    }
  }

  async #attempt(work: () => Promise<void>) {
    this.busy = true;
    this.problem = undefined;
    try {
      await work();
    } catch (thrown) {
      this.problem = Problem.from(thrown);
      if (this.problem.slug === 'stale') this.#take(await readImport(this.id));
    } finally {
      this.busy = false;
    }
  }
}
