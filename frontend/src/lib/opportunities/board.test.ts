import { describe, expect, it } from 'vitest';
import type { Stage } from '$lib/pipelines/requests';
import { shifted, type Column } from './board.svelte';
import type { OpportunityRow } from './requests';
import { wayInto } from './transfer';

const stage = (id: string, outcome: Stage['outcome'] = 'open', probability = 50) =>
  ({ id, name: id, outcome, probability }) as Stage;
const deal = (id: string, stageId: string, amount: number | null, status = 'open') =>
  ({ id, stage_id: stageId, amount_cents: amount, status }) as OpportunityRow;
const column = (id: string, ...cards: OpportunityRow[]): Column => {
  const amountCents = cards.reduce((sum, card) => sum + (card.amount_cents ?? 0), 0);
  const figures = { count: cards.length, amountCents, weightedCents: amountCents / 2 };
  return { stage: stage(id), cards, cursor: null, ...figures };
};

describe('moving a card', () => {
  const card = deal('1', 'a', 1000);
  const columns = [column('a', card, deal('2', 'a', 300)), column('b', deal('3', 'b', 50))];

  it('takes its amount along, and puts it first', () => {
    const [a, b] = shifted(columns, card, { ...card, stage_id: 'b' });
    expect(a).toMatchObject({ count: 1, amountCents: 300, weightedCents: 150 });
    expect(b).toMatchObject({ count: 2, amountCents: 1050, weightedCents: 525 });
    expect(b?.cards.map(({ id }) => id)).toEqual(['1', '3']);
  });

  it('follows a changed amount in place', () => {
    const [a] = shifted(columns, card, { ...card, amount_cents: 1500 });
    expect(a).toMatchObject({ count: 2, amountCents: 1800 });
    expect(a?.cards.map(({ id }) => id)).toEqual(['1', '2']);
  });

  it('bears a card without amount', () => {
    const empty = deal('4', 'a', null);
    const [, b] = shifted([column('a', empty), column('b')], empty, { ...empty, stage_id: 'b' });
    expect(b).toMatchObject({ count: 1, amountCents: 0 });
  });
});

describe('the way into a stage', () => {
  it.each([
    ['open', 'a', stage('a'), 'stay'],
    ['open', 'a', stage('b'), 'move'],
    ['open', 'a', stage('w', 'won'), 'win'],
    ['open', 'a', stage('l', 'lost'), 'lose'],
    ['won', 'w', stage('a'), 'reopen'],
    ['won', 'w', stage('l', 'lost'), 'blocked'],
  ] as const)('%s in %s to %o', (status, from, to, way) =>
    expect(wayInto(deal('1', from, 1, status), to)).toBe(way),
  );
});
