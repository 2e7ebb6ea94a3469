/** Waits until figures have changed after a number; answers the number they are at then. */
type Wait = (after: number, signal: AbortSignal) => Promise<number>;

interface Options {
  wait: Wait;
  /** Called when there is something newer; never again before it has ended. */
  refresh: () => Promise<void>;
  sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
  random?: () => number;
}

/** However many changes come, figures are read again at most so often. */
const CALM_MS = 1000;
const FIRST_PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Follows changes with one waiting request at a time. While somebody changes much, reads are spaced;
 * when the service does not answer, pauses double up to a minute, and differ from viewer to viewer.
 */
export class Live {
  #stop: AbortController | null = null;
  #seen = 0;

  constructor(private readonly options: Options) {}

  /** From the number that is shown already; does nothing when it follows already. */
  follow(seen: number) {
    this.#seen = Math.max(this.#seen, seen);
    if (this.#stop) return;
    this.#stop = new AbortController();
    void this.#run(this.#stop.signal);
  }

  stop() {
    this.#stop?.abort();
    this.#stop = null;
  }

  async #run(signal: AbortSignal) {
    const { wait, refresh, sleep = pause, random = Math.random } = this.options;
    let failed = FIRST_PAUSE_MS;
    while (!signal.aborted) {
      try {
        const now = await wait(this.#seen, signal);
        failed = FIRST_PAUSE_MS;
        if (signal.aborted) return;
        // An unchanged answer ends a wait; a smaller one comes from a model made anew.
        if (now !== this.#seen) {
          this.#seen = now;
          await refresh();
        }
        await sleep(CALM_MS, signal);
      } catch {
        if (signal.aborted) return;
        await sleep(failed * (0.75 + random() / 2), signal);
        failed = Math.min(failed * 2, LONGEST_PAUSE_MS);
      }
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}
