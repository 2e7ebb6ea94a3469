import type { FieldProblem } from '$lib/api/problem';
import { moneyInput, parseMoney } from '$lib/i18n/format';
import type { Opportunity } from './requests';

const TEXTS = [
  'name',
  'owner_id',
  'expected_close_on',
  'product_id',
  'next_step',
  'next_step_on',
  'source',
  'notes',
] as const;

/** A trattativa as the form holds it. */
export type Draft = Record<(typeof TEXTS)[number] | 'amount_cents', string>;

export function draftOf(deal?: Opportunity): Draft {
  const texts = Object.fromEntries(TEXTS.map((name) => [name, deal?.[name] ?? '']));
  return {
    ...texts,
    amount_cents: moneyInput(deal?.amount_cents),
  } as Draft;
}

export function bodyOf(draft: Draft) {
  const texts = Object.fromEntries(TEXTS.map((name) => [name, draft[name].trim() || null]));
  return {
    ...(texts as Record<Exclude<(typeof TEXTS)[number], 'name'>, string | null>),
    name: draft.name.trim(),
    amount_cents: parseMoney(draft.amount_cents) ?? 0,
  };
}

export function faultsOf(draft: Draft): FieldProblem[] {
  const found: FieldProblem[] = [];
  if (draft.name.trim() === '') {
    found.push({ pointer: '/name', code: 'name.required', detail: 'required' });
  }
  if (Number.isNaN(parseMoney(draft.amount_cents))) {
    found.push({ pointer: '/amount_cents', code: 'amount.format', detail: 'format' });
  }
  return found;
}
