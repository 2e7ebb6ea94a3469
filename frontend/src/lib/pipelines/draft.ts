import type { Schemas } from '$lib/api/client';
import type { Pipeline, Stage } from './requests';

/** What a stage can ask for before a deal may enter it. */
export const REQUIRABLE = [
  'amount_cents',
  'expected_close_on',
  'client_id',
  'product_id',
  'next_step',
  'next_step_on',
] as const;

/** A stage as the editor holds it; `key` tells rows apart that have no id yet. */
export interface StageDraft {
  key: string;
  id?: string;
  name: string;
  probability: string;
  outcome: Stage['outcome'];
  staleAfterDays: string;
  requiredFields: string[];
}

let made = 0;

export function stageDrafts(pipeline: Pipeline): StageDraft[] {
  return pipeline.stages
    .toSorted((a, b) => a.position - b.position)
    .map((stage) => ({
      key: stage.id,
      id: stage.id,
      name: stage.name,
      probability: String(stage.probability),
      outcome: stage.outcome,
      staleAfterDays: stage.stale_after_days == null ? '' : String(stage.stale_after_days),
      requiredFields: stage.required_fields,
    }));
}

export function emptyStage(): StageDraft {
  const key = `new-${++made}`;
  return {
    key,
    name: '',
    probability: '50',
    outcome: 'open',
    staleAfterDays: '',
    requiredFields: [],
  };
}

/** A usual funnel out of names, of which the last two are won and lost. */
export function newStages(names: string[]): StageDraft[] {
  const open = names.length - 2;
  return names.map((name, index) => {
    const outcome = index < open ? 'open' : index === open ? 'won' : 'lost';
    const share = { open: Math.round(((index + 1) * 80) / open), won: 100, lost: 0 }[outcome];
    return { ...emptyStage(), name, outcome, probability: String(share) };
  });
}

export function stageBodies(drafts: StageDraft[]): Schemas['StageFields'][] {
  return drafts.map((draft) => ({
    ...(draft.id ? { id: draft.id } : {}),
    name: draft.name.trim(),
    probability: Number(draft.probability) || 0,
    outcome: draft.outcome,
    stale_after_days: draft.staleAfterDays ? Number(draft.staleAfterDays) : null,
    required_fields: draft.requiredFields,
  }));
}
