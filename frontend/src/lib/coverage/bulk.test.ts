import { expect, test } from 'vitest';
import { Problem } from '$lib/api/problem';
import { inTurn } from './bulk';

test('many are done a few at a time, and one that fails holds nobody up', async () => {
  let [now, most] = [0, 0];
  const done: number[] = [];
  const failed = await inTurn([1, 2, 3, 4, 5, 6, 7], async (item) => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setTimeout(resolve, 1));
    now -= 1;
    if (item === 3) throw new Problem(409, { type: '/problems/visit-over' });
    done.push(item);
  });
  expect(most).toBe(4);
  expect(done.toSorted()).toEqual([1, 2, 4, 5, 6, 7]);
  expect(failed.map(({ item, problem }) => [item, problem.slug])).toEqual([[3, 'visit-over']]);
});
