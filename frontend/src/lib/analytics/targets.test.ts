import { describe, expect, it } from 'vitest';
import { changesOf, draftOf, valueOf } from './targets';

describe('a target that is typed', () => {
  it.each([
    ['', 'won', 0],
    ['12', 'won', 12],
    ['1.200', 'visits', 1200],
    ['12,5', 'won', undefined],
    ['0', 'won', undefined],
    ['-3', 'won', undefined],
    ['12.000', 'won_cents', 1_200_000],
    ['12.000,50', 'won_cents', 1_200_050],
    ['abc', 'won_cents', undefined],
  ])('%j of %s', (text, measure, value) => expect(valueOf(text, measure)).toBe(value));
});

it('only what was changed is sent', () => {
  const before = [
    { owner_id: 'a', measure: 'won_cents' as const, value: 1_000_000 },
    { owner_id: 'a', measure: 'visits' as const, value: 40 },
    { owner_id: 'b', measure: 'visits' as const, value: 30 },
  ];
  const draft = draftOf(before);
  expect(changesOf(before, draft)).toEqual({ targets: [], wrong: [] });
  const typed = {
    ...draft,
    'a visits': '',
    'b visits': '35',
    'b won': '4',
    'b ordered': 'x',
    'c won': '',
  };
  expect(changesOf(before, typed)).toEqual({
    targets: [
      { owner_id: 'a', measure: 'visits', value: 0 },
      { owner_id: 'b', measure: 'visits', value: 35 },
      { owner_id: 'b', measure: 'won', value: 4 },
    ],
    wrong: ['b ordered'],
  });
});
