const LOOK_AGAIN_MS = 3000;

/** The names of the parts that are not well, as the gateway knows them. */
async function readiness(): Promise<string[]> {
  const response = await fetch('/readyz', { headers: { Accept: 'application/json' } });
  const { parts = {} } = (await response.json()) as { parts?: Record<string, string> };
  return Object.keys(parts).filter((part) => parts[part] !== 'ok');
}

const pause = () => new Promise<void>((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));

/** Which parts of the system do not answer: asked once something failed, and again until all is well. */
export class Parts {
  down = $state.raw<string[]>([]);
  #looking = false;

  constructor(
    private readonly read: () => Promise<string[]> = readiness,
    private readonly wait: () => Promise<void> = pause,
  ) {}

  look = async (): Promise<void> => {
    if (this.#looking) return;
    this.#looking = true;
    // Without an answer we know nothing; being offline is told elsewhere.
    while ((this.down = await this.read().catch(() => [])).length > 0) await this.wait();
    this.#looking = false;
  };
}
