import { describe, expect, it } from 'vitest';
import type { Pipeline } from '$lib/pipelines/requests';
import { mappingGaps, suggestMapping, suggestOptions, suggestStages } from './choices';
import type { Import } from './requests';

const FILE = ['Won', 'Engaging', 'Lost', 'Prospecting'];

function pipeline(...names: string[]): Pipeline {
  const stages = names.map((name) => ({
    id: `id-${name}`,
    name,
    outcome: name === 'Vinta' ? 'won' : name === 'Persa' ? 'lost' : 'open',
  }));
  return { id: 'p', name: 'Vendite', stages } as unknown as Pipeline;
}

function opportunities(values = FILE): Import {
  const options = { pipeline_id: null, new_pipeline: null, stage_mapping: {} };
  return { kind: 'opportunities', values: { stage: values }, options } as unknown as Import;
}

describe('stages found in a file', () => {
  it('become a pipeline in the usual order, ends last', () => {
    expect(suggestStages(FILE)).toEqual([
      { name: 'Prospecting', outcome: 'open' },
      { name: 'Engaging', outcome: 'open' },
      { name: 'Won', outcome: 'won' },
      { name: 'Lost', outcome: 'lost' },
    ]);
  });

  it('meet the stages of a pipeline by name, and its ends by outcome', () => {
    const into = pipeline('Contatto', 'Proposta', 'Vinta', 'Persa');
    expect(suggestMapping(['contatto', 'Won', 'Persa', 'Boh'], into)).toEqual({
      contatto: 'id-Contatto',
      Won: 'id-Vinta',
      Persa: 'id-Persa',
    });
  });

  it('suggest a new pipeline unless one there is fits them all', () => {
    const into = pipeline('Contatto', 'Vinta', 'Persa');
    expect(suggestOptions(opportunities(), [into], 'Nuova').new_pipeline?.stages).toHaveLength(4);
    expect(suggestOptions(opportunities(['Contatto', 'Won']), [into], 'Nuova')).toMatchObject({
      pipeline_id: 'p',
      new_pipeline: null,
    });
  });
});

describe('columns', () => {
  it('must cover what is required, each field once', () => {
    const found = {
      fields: [
        { name: 'name', required: true },
        { name: 'city', required: false },
      ],
      mapping: { a: 'city', b: 'city', c: null },
    } as unknown as Import;
    expect(mappingGaps(found)).toEqual({ missing: ['name'], twice: ['city'] });
  });
});
