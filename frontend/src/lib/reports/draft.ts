import { typed } from '$lib/lines/decimal';
import type { Outcome, Question, ReportBody, Template, Visit } from './requests';

/** A report as its form holds it: texts, empty when there is nothing. */
export interface ReportDraft {
  outcome: Outcome | '';
  note: string;
  products: { id: string; name: string }[];
  nextTitle: string;
  nextDue: string;
  /** As a `datetime-local` field writes it; empty: now. */
  endedAt: string;
  /** By question: a text, a number as it was typed, an option, `yes` or `no`. */
  answers: Record<string, string>;
}

export const OUTCOMES: Outcome[] = ['ordered', 'interested', 'nothing', 'nobody_there', 'closed'];

/** Whether somebody was met: then the mandatory questions want an answer. */
export const isContact = (outcome: string) => outcome !== 'nobody_there' && outcome !== 'closed';

export function emptyDraft(visit: Pick<Visit, 'note' | 'products'>): ReportDraft {
  return {
    outcome: '',
    note: visit.note ?? '',
    products: [...visit.products],
    nextTitle: '',
    nextDue: '',
    endedAt: '',
    answers: {},
  };
}

/** The questions that are still to be answered; `pictures` counts what was taken for each. */
export function unanswered(
  draft: ReportDraft,
  questions: Question[],
  pictures: Record<string, number>,
): string[] {
  if (!isContact(draft.outcome)) return [];
  return questions
    .filter((question) => question.required)
    .filter(({ id, kind }) =>
      kind === 'photo' ? !pictures[id] : (draft.answers[id] ?? '').trim() === '',
    )
    .map(({ id }) => id);
}

/** The questions whose answer is no number, or one that is out of bounds. */
export function badNumbers(draft: ReportDraft, questions: Question[]): string[] {
  const wrong = ({ id, kind, least, most }: Question) => {
    const text = kind === 'number' ? typed(draft.answers[id] ?? '') : '';
    if (text === '') return false;
    const value = Number(text ?? 'no');
    return Number.isNaN(value) || value < (least ?? -Infinity) || value > (most ?? Infinity);
  };
  return questions.filter(wrong).map(({ id }) => id);
}

/** The draft as the server wants it. */
export function reportOf(draft: ReportDraft, template?: Template | null): ReportBody {
  const title = draft.nextTitle.trim();
  return {
    outcome: draft.outcome as Outcome,
    note: draft.note.trim() || null,
    products: draft.products,
    next_step: title ? { title, due_on: draft.nextDue } : null,
    ...(draft.endedAt ? { ended_at: new Date(draft.endedAt).toISOString() } : {}),
    ...(template
      ? {
          template: { id: template.id, version: template.version },
          answers: answersOf(draft, template.questions),
        }
      : {}),
  } as ReportBody;
}

function answersOf(draft: ReportDraft, questions: Question[]): Record<string, unknown> {
  const given = questions.flatMap(({ id, kind }): [string, unknown][] => {
    const text = (draft.answers[id] ?? '').trim();
    if (kind === 'photo' || text === '') return [];
    if (kind === 'number') return [[id, Number(typed(text))]];
    return [[id, kind === 'yes_no' ? text === 'yes' : text]];
  });
  return Object.fromEntries(given);
}
