import { api, ask, credentials, ifMatch, type Schemas } from '$lib/api/client';
import { storedLanguage, useLanguage } from '$lib/i18n/index.svelte';

type User = Schemas['UserView'];
type SessionAnswer = Schemas['SessionAnswer'];

/**
 * Says that this browser has signed in before, so that a visitor who never did is not greeted with a
 * refused refresh. It opens nothing: the session itself is an HttpOnly cookie.
 */
const HINT = 'nexus.signed_in';

const otherTabs = new BroadcastChannel('nexus-session');

class Session {
  user = $state.raw<User | null>(null);
  permissions = $state.raw<string[]>([]);
  #restored: Promise<boolean> | null = null;

  constructor() {
    credentials.onChange = (answer) => this.#apply(answer);
    otherTabs.onmessage = () => {
      // Another tab signed out or signed in as somebody else: start over.
      if (this.user) location.reload();
    };
  }

  /** Whether somebody is signed in, after trying the cookie once. */
  restore(): Promise<boolean> {
    if (this.user) return Promise.resolve(true);
    if (localStorage.getItem(HINT) === null) return Promise.resolve(false);
    this.#restored ??= credentials
      .renew()
      .then(
        () => true,
        (problem) => {
          if (problem.status === 401) return false;
          throw problem;
        },
      )
      .finally(() => (this.#restored = null));
    return this.#restored;
  }

  /** Takes the session that a sign-in, a registration or an invitation has opened. */
  async open(answer: SessionAnswer): Promise<void> {
    credentials.accept(answer);
    otherTabs.postMessage('opened');
    await useLanguage(answer.user.locale);
  }

  async signOut(): Promise<void> {
    await api.POST('/api/v1/auth/logout').catch(() => undefined);
    credentials.forget();
    otherTabs.postMessage('closed');
  }

  async changeProfile(changes: Schemas['MyChanges']): Promise<void> {
    if (!this.user) return;
    const params = { header: ifMatch(this.user) };
    const me = await ask(api.PATCH('/api/v1/auth/me', { params, body: changes }));
    this.user = me;
    await useLanguage(me.locale);
  }

  /** Whether `resource:action` is allowed in any scope. */
  can(permission: string): boolean {
    return this.permissions.some((held) => held.startsWith(`${permission}:`));
  }

  /** Whether more than one's own records are in sight. */
  seesOthers(permission: string): boolean {
    return this.permissions.some(
      (held) => held === `${permission}:team` || held === `${permission}:all`,
    );
  }

  #apply(answer: SessionAnswer | null) {
    this.permissions = credentials.permissions;
    if (!answer) {
      this.user = null;
      localStorage.removeItem(HINT);
      return;
    }
    this.user = answer.user;
    localStorage.setItem(HINT, '1');
    if (storedLanguage() === null) void useLanguage(answer.user.locale);
  }
}

export const session = new Session();
