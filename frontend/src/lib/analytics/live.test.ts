import { expect, it } from 'vitest';
import { Live } from './live';

/** Answers one after the other; after the last, it waits until somebody stops. */
function scene(answers: (number | Error)[]) {
  const asked: number[] = [];
  const slept: number[] = [];
  let reads = 0;
  let over: () => void;
  const done = new Promise<void>((resolve) => (over = resolve));
  const live = new Live({
    wait: async (after, signal) => {
      asked.push(after);
      const answer = answers.shift();
      if (answer === undefined) {
        over();
        return new Promise<number>((_, reject) =>
          signal.addEventListener('abort', () => reject(new Error('aborted'))),
        );
      }
      if (answer instanceof Error) throw answer;
      return answer;
    },
    refresh: async () => void (reads += 1),
    sleep: async (ms) => void slept.push(ms),
    random: () => 0.5,
  });
  return { live, done, asked, slept, reads: () => reads };
}

it('reads again once for each answer that says something new', async () => {
  const { live, done, asked, slept, reads } = scene([7, 9, 9, 12]);
  live.follow(7);
  await done;
  live.stop();
  expect(asked).toEqual([7, 7, 9, 9, 12]);
  expect(reads()).toBe(2);
  expect(slept).toEqual([1000, 1000, 1000, 1000]);
});

it('is patient with a service that does not answer', async () => {
  const errors = Array.from({ length: 7 }, () => new Error('503'));
  const { live, done, slept, reads } = scene([...errors, 5, new Error('503')]);
  live.follow(1);
  await done;
  live.stop();
  expect(slept).toEqual([2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 1000, 2000]);
  expect(reads()).toBe(1);
});

it('follows once, however often it is asked to', async () => {
  const { live, done, asked } = scene([]);
  live.follow(3);
  live.follow(4);
  await done;
  live.stop();
  expect(asked).toEqual([3]);
});

it('takes the number of a model made anew', async () => {
  const { live, done, asked, reads } = scene([2]);
  live.follow(900);
  await done;
  live.stop();
  expect(asked).toEqual([900, 2]);
  expect(reads()).toBe(1);
});
