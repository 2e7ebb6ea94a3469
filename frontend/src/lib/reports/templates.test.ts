import { expect, test } from 'vitest';
import { emptyQuestion, nameFor, questionBodies, questionDrafts } from './templates';
import type { Question } from './requests';

test('questions get their names from their words, each its own', () => {
  expect(nameFor('Com’è l’esposizione?', [])).toBe('com_e_l_esposizione');
  expect(nameFor('Metri', ['metri', 'metri_2'])).toBe('metri_3');
  expect(nameFor('???', [])).toBe('domanda');
  expect(nameFor('a'.repeat(80), []).length).toBeLessThanOrEqual(40);
});

test('questions come back from the editor as they went in', () => {
  const questions: Question[] = [
    {
      id: 'display',
      label: 'Esposizione',
      hint: 'Guarda il banco',
      kind: 'choice',
      required: true,
      options: ['buona', 'scarsa'],
      least: null,
      most: null,
    },
    {
      id: 'meters',
      label: 'Metri',
      hint: null,
      kind: 'number',
      required: false,
      options: [],
      least: 0.5,
      most: 20,
    },
  ];
  expect(questionBodies(questionDrafts(questions))).toEqual(questions);
});

test('what a kind has no use for is not sent', () => {
  const one = { ...emptyQuestion(), label: ' Foto ', kind: 'photo' as const };
  const two = { ...emptyQuestion(), label: 'foto', options: 'a\n\nb', least: '1' };
  const bodies = questionBodies([one, two])!;
  expect(bodies.map(({ id }) => id)).toEqual(['foto', 'foto_2']);
  expect(bodies[1]).toMatchObject({ options: [], least: null });
});
