import { api, ask, credentials, ifMatch, newId, once, type Schemas } from '$lib/api/client';
import { Problem } from '$lib/api/problem';

export type Visit = Schemas['VisitView'];
export type Outcome = Schemas['VisitOutcome'];
export type Question = Schemas['ReportQuestion'];
export type QuestionKind = Question['kind'];
export type Template = Schemas['ReportTemplate'];
export type ReportBody = Schemas['VisitReport'];

/** What the report of a visit asks; null: nothing of its own. */
export async function templateOf(visitId: string): Promise<Template | null> {
  const params = { path: { id: visitId } };
  const { template } = await ask(api.GET('/api/v1/visits/{id}/report-template', { params }));
  return template ?? null;
}

/** Sends a photo under an id chosen here: sent twice, it is one photo. */
export async function sendPhoto(
  visitId: string,
  photo: { id: string; blob: Blob },
  questionId?: string,
): Promise<void> {
  const query = questionId ? `?question_id=${encodeURIComponent(questionId)}` : '';
  const answer = await credentials
    .fetch(
      new Request(`/api/v1/visits/${visitId}/photos/${photo.id}${query}`, {
        method: 'PUT',
        body: photo.blob,
        headers: { 'Content-Type': photo.blob.type },
      }),
    )
    .catch((thrown) => {
      throw Problem.from(thrown);
    });
  if (!answer.ok) throw new Problem(answer.status, await answer.json().catch(() => ({})));
}

/** The visit is over, and this came of it. */
export function finishVisit(visit: Visit, report: ReportBody, key = newId()): Promise<Visit> {
  const params = { path: { id: visit.id }, header: { ...ifMatch(visit), ...once(key).headers } };
  return ask(api.POST('/api/v1/visits/{id}/done', { params, body: report }));
}
