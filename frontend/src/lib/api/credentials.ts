import type { components } from './schema';
import { Problem } from './problem';
import { readToken, type AccessToken } from './token';

type SessionAnswer = components['schemas']['SessionAnswer'];

/** A token this close to its end is renewed before it is used. */
const RENEW_BEFORE_MS = 20_000;

type Fetch = (input: Request | string, init?: RequestInit) => Promise<Response>;
type Exclusively = (work: () => Promise<Response>) => Promise<Response>;

/** One refresh at a time over all tabs: the refresh token rotates, and using an old one ends the session. */
const overAllTabs: Exclusively = async (work) =>
  globalThis.navigator?.locks ? navigator.locks.request('nexus-refresh', work) : work();

/**
 * Holds the access token, in memory alone, and renews it through the HttpOnly cookie.
 * `fetch` signs requests, and repeats one once if its token was refused.
 */
export class Credentials {
  #token: AccessToken | null = null;
  #renewal: Promise<SessionAnswer> | null = null;
  #generation = 0;

  /** Called with every session answer, and with null once the session is over. */
  onChange: (answer: SessionAnswer | null) => void = () => {};

  constructor(
    private readonly send: Fetch = (input, init) => globalThis.fetch(input, init),
    private readonly exclusively: Exclusively = overAllTabs,
    private readonly refreshUrl = '/api/v1/auth/refresh',
  ) {}

  get permissions(): string[] {
    return this.#token?.permissions ?? [];
  }

  accept(answer: SessionAnswer) {
    this.#generation += 1;
    this.#token = readToken(answer.access_token);
    this.onChange(answer);
  }

  forget() {
    this.#generation += 1;
    this.#token = null;
    this.onChange(null);
  }

  /** Renews the token; callers that come while one renewal is under way share it. */
  renew(): Promise<SessionAnswer> {
    this.#renewal ??= this.#renewNow().finally(() => (this.#renewal = null));
    return this.#renewal;
  }

  readonly fetch = async (request: Request): Promise<Response> => {
    const spare = request.clone();
    if (this.#token && this.#token.expiresAt - Date.now() < RENEW_BEFORE_MS) await this.renew();
    const used = this.#token?.raw;
    const response = await this.send(signed(request, used));
    if (response.status !== 401 || !used) return response;
    if (this.#token?.raw === used) {
      try {
        await this.renew();
      } catch (thrown) {
        if (thrown instanceof Problem && thrown.status === 401) return response;
        throw thrown;
      }
    }
    return this.send(signed(spare, this.#token?.raw));
  };

  async #renewNow(): Promise<SessionAnswer> {
    const generation = this.#generation;
    const response = await this.exclusively(() =>
      this.send(this.refreshUrl, { method: 'POST', headers: { 'X-Nexus-Refresh': '1' } }),
    );
    if (!response.ok) {
      if (response.status === 401 && generation === this.#generation) this.forget();
      throw new Problem(response.status, await response.json().catch(() => ({})));
    }
    const answer = (await response.json()) as SessionAnswer;
    // A sign-out or another sign-in that happened meanwhile counts, not this late answer.
    if (generation === this.#generation) this.accept(answer);
    return answer;
  }
}

function signed(request: Request, token: string | undefined): Request {
  if (token) request.headers.set('Authorization', `Bearer ${token}`);
  return request;
}
