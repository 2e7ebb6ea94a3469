import type { FieldProblem, Problem } from '$lib/api/problem';
import { t } from './index.svelte';

/** A problem in the reader's words; what the server said if there are no words for it yet. */
export function explain(problem: Problem): string {
  return (
    t().problems.bySlug[problem.slug] ||
    problem.detail ||
    t().problems.bySlug[problem.status >= 500 ? 'internal' : 'unreadable'] ||
    problem.message
  );
}

export function explainField(problem: FieldProblem): string {
  const code = problem.code ?? '';
  return (
    t().codes[code] ??
    t().documents.warnings[code] ??
    t().codes[code.split('.').pop() ?? ''] ??
    problem.detail
  );
}

/** The same with what concerns whole lines, each once: no field shows that. */
export function explainAll(problem: Problem): string {
  const ofLines = problem.fields.filter(({ pointer }) => /^\/lines(\/\d+)?$/.test(pointer));
  const told = [...new Set(ofLines.map(explainField))];
  return told.length > 0 ? told.join(' ') : explain(problem);
}
