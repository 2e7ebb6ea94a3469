import { api, ask, ifMatch, newId, once, type Schemas } from '$lib/api/client';
import type { paths } from '$lib/api/schema';

export type Visit = Schemas['VisitView'];
export type Outcome = Schemas['VisitOutcome'];
export type QuestionKind = 'text' | 'number' | 'choice' | 'yes_no' | 'photo';

export interface Question {
  id: string;
  label: string;
  hint?: string | null;
  kind: QuestionKind;
  required?: boolean;
  options?: string[];
  least?: number | null;
  most?: number | null;
}

export interface Template {
  id: string;
  version: number;
  name: string;
  questions: Question[];
}

type Done = paths['/api/v1/visits/{id}/done']['post']['requestBody']['content']['application/json'];
export type ReportBody = Done & {
  template?: { id: string; version: number };
  answers?: Record<string, unknown>;
};

/** The visit is over, and this came of it. */
export function finishVisit(visit: Visit, report: ReportBody, key = newId()): Promise<Visit> {
  const params = { path: { id: visit.id }, header: { ...ifMatch(visit), ...once(key).headers } };
  return ask(api.POST('/api/v1/visits/{id}/done', { params, body: report }));
}
