import { expect, it } from 'vitest';
import { funnelRows } from './funnel';

const of = (count: number) => ({ count, cents: count * 100 });
const steps = (counts: number[]) =>
  counts.map((count, at) => ({ stage_id: `s${at}`, name: `S${at}`, reached: of(count) }));
const names = { began: 'Began', won: 'Won' };

it('says at every step how many are lost before the next', () => {
  const rows = funnelRows({ began: of(10), won: of(2), steps: steps([10, 5, 3]) }, names);
  expect(rows.map(({ key, count, dropped }) => [key, count, dropped])).toEqual([
    ['s0', 10, 5],
    ['s1', 5, 2],
    ['s2', 3, 1],
    ['won', 2, 0],
  ]);
  expect(rows.map(({ conversion }) => conversion)).toEqual([null, 0.5, 0.6, 2 / 3]);
  expect(rows.at(-1)!.share).toBe(0.2);
});

it('begins with all that began when some never were in the first stage', () => {
  const rows = funnelRows({ began: of(4), won: of(0), steps: steps([3]) }, names);
  expect(rows.map(({ key, dropped }) => [key, dropped])).toEqual([
    ['began', 1],
    ['s0', 3],
    ['won', 0],
  ]);
});

it('divides nothing by nothing', () => {
  const rows = funnelRows({ began: of(0), won: of(0), steps: steps([0]) }, names);
  expect(rows.every(({ share, conversion }) => share === null && conversion === null)).toBe(true);
});
