/** The same things with one taken from `from` and put where `to` is then; both count from 0. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const rest = list.filter((_, index) => index !== from);
  const thing = list[from];
  if (thing === undefined) return [...list];
  rest.splice(Math.max(0, Math.min(to, rest.length)), 0, thing);
  return rest;
}

/** A gap between the stops of a day: before the stop at `at`, or after the last one. */
export interface Gap {
  day: string;
  at: number;
}

export const gapKey = ({ day, at }: Gap) => `${day}|${at}`;

export function gapOf(key: string): Gap {
  const bar = key.lastIndexOf('|');
  return { day: key.slice(0, bar), at: Number(key.slice(bar + 1)) };
}

interface Row {
  key: string;
  stops: { key: string }[];
}

/** Where a stop stands. */
export function find(days: readonly Row[], stop: string): Gap | undefined {
  for (const { key, stops } of days) {
    const at = stops.findIndex((one) => one.key === stop);
    if (at >= 0) return { day: key, at };
  }
  return undefined;
}

/**
 * Where the keyboard puts what it carries next: up and down within the day, left and right into the
 * other days; at an edge it stays.
 */
export function step(days: readonly Row[], stop: string, now: Gap, key: string): Gap {
  const day = days.findIndex((one) => one.key === now.day);
  const room = (index: number) => {
    const stops = days[index]?.stops ?? [];
    return stops.some((one) => one.key === stop) ? stops.length - 1 : stops.length;
  };
  const to = { ArrowLeft: day - 1, ArrowRight: day + 1 }[key];
  if (to !== undefined) {
    const there = days[to];
    return there ? { day: there.key, at: Math.min(now.at, room(to)) } : now;
  }
  const at = now.at + ({ ArrowUp: -1, ArrowDown: 1 }[key] ?? 0);
  return { day: now.day, at: Math.max(0, Math.min(at, room(day))) };
}
