type Fields = Record<string, unknown>;

const same = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/** The fields of `after` that differ from `before`; what was emptied becomes null. */
export function changed<T extends Fields>(before: T, after: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(after)
      .filter(([name, value]) => !same(value, before[name]))
      .map(([name, value]) => [name, value ?? null]),
  ) as Partial<T>;
}

/** The fields that I changed, and that somebody else changed to something else meanwhile. */
export function conflicts(before: Fields, mine: Fields, theirs: Fields): string[] {
  return Object.keys(mine).filter(
    (name) => !same(theirs[name], before[name]) && !same(theirs[name], mine[name]),
  );
}
