import { Problem } from '$lib/api/problem';

/** Does the same to many, a few at a time; tells what failed and why, the rest is done. */
export async function inTurn<T>(
  items: T[],
  work: (item: T) => Promise<unknown>,
  abreast = 4,
): Promise<{ item: T; problem: Problem }[]> {
  const failed: { item: T; problem: Problem }[] = [];
  const waiting = [...items];
  const worker = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      try {
        await work(item);
      } catch (thrown) {
        failed.push({ item, problem: Problem.from(thrown) });
      }
    }
  };
  await Promise.all(Array.from({ length: abreast }, worker));
  return failed;
}
