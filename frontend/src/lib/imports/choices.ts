import type { Pipeline } from '$lib/pipelines/requests';
import type { Import, Options } from './requests';

type Outcome = 'open' | 'won' | 'lost';
export interface StageChoice {
  name: string;
  outcome: Outcome;
}

/** Words that name a stage, in the order in which sales usually pass through them. */
const ORDER = [
  'lead',
  'new',
  'nuov',
  'prospect',
  'contatt',
  'contact',
  'qualif',
  'engag',
  'visit',
  'demo',
  'propos',
  'offert',
  'quote',
  'preventiv',
  'negoz',
  'negot',
  'tratt',
];

export function outcomeOf(name: string): Outcome {
  if (/\b(closed )?won\b|vint/i.test(name)) return 'won';
  if (/\b(closed )?lost\b|pers[aeo]/i.test(name)) return 'lost';
  return 'open';
}

/** The stages a file speaks of as a pipeline: open ones in the usual order, then won, then lost. */
export function suggestStages(values: string[]): StageChoice[] {
  const ends = { open: 0, won: 1, lost: 2 };
  const place = (name: string) => {
    const at = ORDER.findIndex((word) => name.toLowerCase().includes(word));
    return at < 0 ? ORDER.length : at;
  };
  return values
    .filter((name) => name.trim() !== '')
    .map((name) => ({ name, outcome: outcomeOf(name) }))
    .toSorted((a, b) => ends[a.outcome] - ends[b.outcome] || place(a.name) - place(b.name));
}

const fold = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').trim().toLowerCase();

/** Which stage of a pipeline each value of the file means, as far as names or outcomes tell. */
export function suggestMapping(values: string[], pipeline: Pipeline): Record<string, string> {
  const pairs = values.flatMap((value) => {
    const outcome = outcomeOf(value);
    const stage =
      pipeline.stages.find((one) => fold(one.name) === fold(value)) ??
      (outcome === 'open' ? undefined : pipeline.stages.find((one) => one.outcome === outcome));
    return stage ? [[value, stage.id] as const] : [];
  });
  return Object.fromEntries(pairs);
}

/** Where the file's trattative should go unless somebody says otherwise. */
export function suggestOptions(found: Import, pipelines: Pipeline[], newName: string): Options {
  const values = found.values.stage ?? [];
  if (found.kind !== 'opportunities' || values.length === 0) return found.options;
  if (found.options.pipeline_id || found.options.new_pipeline) return found.options;
  const fitting = pipelines.find(
    (pipeline) => Object.keys(suggestMapping(values, pipeline)).length === values.length,
  );
  return fitting ? intoPipeline(found, fitting) : intoNewPipeline(found, newName);
}

export function intoPipeline(found: Import, pipeline: Pipeline): Options {
  return {
    ...found.options,
    pipeline_id: pipeline.id,
    new_pipeline: null,
    stage_mapping: suggestMapping(found.values.stage ?? [], pipeline),
  };
}

export function intoNewPipeline(found: Import, name: string): Options {
  const stages = suggestStages(found.values.stage ?? []);
  return { ...found.options, pipeline_id: null, new_pipeline: { name, stages }, stage_mapping: {} };
}

/** Why a file cannot be checked yet. */
export function mappingGaps(found: Import): { missing: string[]; twice: string[] } {
  const chosen = Object.values(found.mapping).filter((field) => field != null);
  return {
    missing: found.fields
      .filter((field) => field.required && !chosen.includes(field.name))
      .map((field) => field.name),
    twice: [...new Set(chosen.filter((field, index) => chosen.indexOf(field) !== index))],
  };
}
