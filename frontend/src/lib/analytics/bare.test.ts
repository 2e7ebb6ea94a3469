import { expect, it } from 'vitest';
import { isBare } from './bare';

const frame = { change: 9, as_of: '2026-11-30T10:00:00Z' };
const stage = { position: 1, probability: 40, deals: 0, amount_cents: 0 };

it.each([
  [{}, true],
  [{ pipeline: { ignores: [], pipelines: [{ name: 'A', deals: 0, stages: [stage] }] } }, true],
  [{ pipeline: { pipelines: [{ stages: [{ ...stage, deals: 1 }] }] } }, false],
  [{ headline: { figures: [{ value: 0, previous: 3 }] } }, false],
  [
    { headline: { figures: [{ value: null }] }, targets: { lines: [{ target: 5, actual: 0 }] } },
    true,
  ],
])('%j', (tiles, bare) => {
  expect(isBare({ ...frame, ...tiles } as never)).toBe(bare);
});
