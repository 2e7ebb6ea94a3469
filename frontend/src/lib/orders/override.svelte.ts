import type { Problem } from '$lib/api/problem';
import { explainAll } from '$lib/i18n/problems';
import { session } from '$lib/sessions/session.svelte';

/** Refused because of the shop's ADM authorisation, and of nothing else. */
export function isBlocked(problem: Pick<Problem, 'fields'>): boolean {
  const { fields } = problem;
  return fields.length > 0 && fields.every(({ code }) => code?.startsWith('adm.'));
}

/** A step that was refused for the shop's authorisation, and waits for somebody to answer for it. */
export class Override {
  waiting = $state.raw<{ why: string; again: (reason: string) => Promise<void> }>();

  /** True when it is to be asked about: the user may answer for it. */
  offer(problem: Problem, again: (reason: string) => Promise<void>): boolean {
    if (!isBlocked(problem) || !session.can('orders:approve')) return false;
    this.waiting = { why: explainAll(problem), again };
    return true;
  }

  readonly drop = () => {
    this.waiting = undefined;
  };
}
