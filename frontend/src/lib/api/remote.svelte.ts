import { Problem } from './problem';

/** One thing loaded from the server; a newer load makes an older one's answer void. */
export class Remote<T> {
  value = $state.raw<T>();
  problem = $state.raw<Problem>();
  loading = $state(false);
  #latest = 0;

  async load(read: () => Promise<T>): Promise<void> {
    const mine = ++this.#latest;
    this.loading = true;
    try {
      const value = await read();
      if (mine !== this.#latest) return;
      this.value = value;
      this.problem = undefined;
    } catch (thrown) {
      if (mine === this.#latest) this.problem = Problem.from(thrown);
    } finally {
      if (mine === this.#latest) this.loading = false;
    }
  }
}

interface Page<T> {
  items: T[];
  next_cursor?: string | null;
  total?: number | null;
}

/** A list read page by page with a cursor. */
export class Pages<T extends { id: string }> {
  items = $state.raw<T[]>([]);
  total = $state<number>();
  problem = $state.raw<Problem>();
  loading = $state(false);
  /** False until the first page of the current list has come. */
  ready = $state(false);
  #cursor = $state<string | null>(null);
  #latest = 0;
  #read: (cursor?: string) => Promise<Page<T>> = async () => ({ items: [] });

  get hasMore() {
    return this.#cursor !== null;
  }

  /** Starts over with another list. */
  async show(read: (cursor?: string) => Promise<Page<T>>): Promise<void> {
    this.#read = read;
    await this.#fetch();
  }

  more(): Promise<void> {
    return this.loading || this.#cursor === null ? Promise.resolve() : this.#fetch(this.#cursor);
  }

  retry = () => (this.ready && this.#cursor ? this.#fetch(this.#cursor) : this.#fetch());

  prepend(item: T) {
    this.items = [item, ...this.items.filter((other) => other.id !== item.id)];
  }

  replace(item: T) {
    this.items = this.items.map((other) => (other.id === item.id ? item : other));
  }

  remove(id: string) {
    this.items = this.items.filter((item) => item.id !== id);
  }

  async #fetch(cursor?: string) {
    const mine = ++this.#latest;
    this.loading = true;
    try {
      const page = await this.#read(cursor);
      if (mine !== this.#latest) return;
      this.items = cursor ? [...this.items, ...page.items] : page.items;
      this.total = page.total ?? (cursor ? this.total : undefined);
      this.#cursor = page.next_cursor ?? null;
      this.problem = undefined;
      this.ready = true;
    } catch (thrown) {
      if (mine === this.#latest) this.problem = Problem.from(thrown);
    } finally {
      if (mine === this.#latest) this.loading = false;
    }
  }
}
