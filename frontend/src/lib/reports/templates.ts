import { api, ask, ifMatch, newId, once, type Schemas } from '$lib/api/client';
import { shown, typed } from '$lib/lines/decimal';
import type { Question, QuestionKind, Template } from './requests';

export type TemplateBody = Schemas['ReportTemplateFields'];
export const KINDS: QuestionKind[] = ['text', 'number', 'choice', 'yes_no', 'photo'];

export async function readTemplates(): Promise<Template[]> {
  return (await ask(api.GET('/api/v1/report-templates'))).items;
}

export function createTemplate(body: TemplateBody, id = newId()): Promise<Template> {
  const whole = { ...body, id } as Schemas['NewReportTemplate'];
  return ask(api.POST('/api/v1/report-templates', { body: whole, ...once(id) }));
}

export function changeTemplate(template: Template, body: TemplateBody): Promise<Template> {
  const params = { path: { id: template.id }, header: ifMatch(template) };
  return ask(api.PATCH('/api/v1/report-templates/{id}', { params, body }));
}

export function archiveTemplate(template: Template): Promise<unknown> {
  const params = { path: { id: template.id }, header: ifMatch(template) };
  return ask(api.DELETE('/api/v1/report-templates/{id}', { params }));
}

/** A question as the editor holds it. */
export interface QuestionDraft {
  /** Its name among the questions; a new one gets it from its words when it is saved, and keeps it. */
  id: string;
  key: string;
  label: string;
  hint: string;
  kind: QuestionKind;
  required: boolean;
  /** One a line. */
  options: string;
  least: string;
  most: string;
}

let made = 0;

export function emptyQuestion(): QuestionDraft {
  const key = `new-${++made}`;
  const texts = { label: '', hint: '', options: '', least: '', most: '' };
  return { id: '', key, kind: 'text', required: false, ...texts };
}

export function questionDrafts(questions: Question[]): QuestionDraft[] {
  const number = (value: number | null | undefined) => (value == null ? '' : shown(String(value)));
  return questions.map((question) => ({
    id: question.id,
    key: question.id,
    label: question.label,
    hint: question.hint ?? '',
    kind: question.kind,
    required: question.required ?? false,
    options: (question.options ?? []).join('\n'),
    least: number(question.least),
    most: number(question.most),
  }));
}

const NAME_MOST = 40;

/** A name out of words: `Com’è l’esposizione?` is `com_e_l_esposizione`; never one that is taken. */
export function nameFor(label: string, taken: string[]): string {
  const plain = label
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .slice(0, NAME_MOST - 3)
    .replace(/^_+|_+$/g, '');
  const name = plain || 'domanda';
  if (!taken.includes(name)) return name;
  for (let number = 2; ; number++) {
    if (!taken.includes(`${name}_${number}`)) return `${name}_${number}`;
  }
}

export function questionBodies(drafts: QuestionDraft[]): TemplateBody['questions'] {
  const taken = drafts.map(({ id }) => id).filter(Boolean);
  const number = (text: string) => (typed(text) ? Number(typed(text)) : null);
  return drafts.map((draft) => {
    const id = draft.id || nameFor(draft.label, taken);
    if (!draft.id) taken.push(id);
    const lines = draft.options.split('\n').map((line) => line.trim());
    return {
      id,
      label: draft.label.trim(),
      hint: draft.hint.trim() || null,
      kind: draft.kind,
      required: draft.required,
      options: draft.kind === 'choice' ? lines.filter(Boolean) : [],
      least: draft.kind === 'number' ? number(draft.least) : null,
      most: draft.kind === 'number' ? number(draft.most) : null,
    };
  });
}
