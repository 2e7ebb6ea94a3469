import { expect, test } from 'vitest';
import { badNumbers, emptyDraft, reportOf, unanswered } from './draft';
import type { Question, Template } from './requests';

const question = (id: string, kind: Question['kind'], more: Partial<Question> = {}): Question => ({
  id,
  kind,
  label: id,
  required: true,
  options: [],
  hint: null,
  least: null,
  most: null,
  ...more,
});
const questions = [
  question('display', 'choice', { options: ['good', 'poor'] }),
  question('meters', 'number', { least: 1, most: 20 }),
  question('rivals', 'yes_no'),
  question('window', 'photo'),
  question('remarks', 'text', { required: false }),
];
const template = { id: 't', version: 3, name: 'Visit', questions } as Template;
const blank = () => emptyDraft({ note: null, products: [] });

test('mandatory questions are asked where somebody was met, and nowhere else', () => {
  const draft = { ...blank(), outcome: 'ordered' as const };
  expect(unanswered(draft, questions, {})).toEqual(['display', 'meters', 'rivals', 'window']);
  draft.answers = { display: 'good', meters: '3', rivals: 'no' };
  expect(unanswered(draft, questions, { window: 1 })).toEqual([]);
  expect(unanswered({ ...blank(), outcome: 'closed' }, questions, {})).toEqual([]);
});

test('numbers are read as people write them, within their bounds', () => {
  const wrong = (meters: string) => badNumbers({ ...blank(), answers: { meters } }, questions);
  for (const text of ['', '1', '2,5', '20']) expect(wrong(text), text).toEqual([]);
  for (const text of ['0,5', '21', 'many']) expect(wrong(text), text).toEqual(['meters']);
});

test('a report says what was answered, in the kinds that were asked', () => {
  const draft = {
    ...blank(),
    outcome: 'interested' as const,
    note: ' Wants samples ',
    nextTitle: 'Bring samples',
    nextDue: '2026-12-03',
    answers: { display: 'poor', meters: '2,5', rivals: 'yes', remarks: ' ', window: 'x' },
  };
  expect(reportOf(draft, template)).toEqual({
    outcome: 'interested',
    note: 'Wants samples',
    products: [],
    next_step: { title: 'Bring samples', due_on: '2026-12-03' },
    template: { id: 't', version: 3 },
    answers: { display: 'poor', meters: 2.5, rivals: true },
  });
  expect(reportOf({ ...blank(), outcome: 'closed' }, null)).toEqual({
    outcome: 'closed',
    note: null,
    products: [],
    next_step: null,
  });
});
