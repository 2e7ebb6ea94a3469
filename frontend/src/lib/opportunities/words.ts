import type { Problem } from '$lib/api/problem';
import { t } from '$lib/i18n/index.svelte';
import { explain } from '$lib/i18n/problems';

/** Why a move was refused, with the names of the data a stage asks for. */
export function explainMove(problem: Problem): string {
  const missing = problem.fields
    .map(({ pointer }) => t().opportunities.fields[pointer.slice(1)])
    .filter(Boolean)
    .join(', ');
  return [explain(problem), missing && `(${missing})`].filter(Boolean).join(' ');
}
