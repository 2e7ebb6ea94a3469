import type { Problem } from '$lib/api/problem';
import { fmt, t } from '$lib/i18n/index.svelte';
import { explain } from '$lib/i18n/problems';

/** Why a proposal cannot be accepted any more: which shop of which day, and what is with it. */
export function outdatedWords(
  problem: Problem,
  nameOf: (place: string, day: string) => string | undefined,
): string {
  const told = problem.fields.flatMap(({ pointer, code }) => {
    const [, , day = '', place = ''] = pointer.split('/');
    const why = t().plans.outdated[code ?? ''];
    if (!why) return [];
    const about = [nameOf(place, day), fmt().weekday(day)].filter(Boolean).join(', ');
    return [`${about}: ${why}`];
  });
  return told.length > 0 ? told.join(' ') : explain(problem);
}
