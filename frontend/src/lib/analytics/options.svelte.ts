import { readProduct } from '$lib/products/requests';
import { readChoices, type Choices } from './requests';

type Choice = Choices['agents'][number];

const NOTHING: Choices = { agents: [], teams: [], provinces: [], products: [], sources: [] };

/** What the filter can be set to: read when it is first shown; empty until it has come. */
class Options {
  all = $state.raw<Choices>(NOTHING);
  product = $state.raw<Choice | null>(null);
  #asked: Promise<void> | null = null;

  load(): Promise<void> {
    this.#asked ??= readChoices().then(
      (choices) => void (this.all = choices),
      () => void (this.#asked = null),
    );
    return this.#asked;
  }

  /** What the product of the filter is called. */
  async name(id: string): Promise<void> {
    if (!id) this.product = null;
    else if (this.product?.id !== id) {
      this.product = await readProduct(id)
        .then(({ name }) => ({ id, name }))
        .catch(() => null);
    }
  }

  person(id: string): string | undefined {
    return this.all.agents.find((one) => one.id === id)?.name;
  }
}

export const options = new Options();
