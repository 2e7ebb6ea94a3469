import type { Visit } from '$lib/visits/requests';
import { romeTime } from '$lib/visits/days';

/** A visit as a calendar shows it. Times are minutes of the day on the wall clock in Rome. */
export interface Entry {
  id: string;
  visit: Visit;
  day: string;
  agent: string;
  /** None: some time that day. */
  from: number | null;
  until: number;
  /** An appointment, whose time was agreed. */
  fixed: boolean;
  movable: boolean;
}

export function minutesOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  return hours * 60 + minutes;
}

export function clockOf(minutes: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** When it was, or will be: as it happened, as agreed, or as its tour expects. */
export function entryOf(visit: Visit): Entry {
  const begun = visit.status === 'done' || visit.status === 'under_way';
  const at = (begun && visit.started_at) || visit.fixed_at || visit.expected_at;
  const from = at ? minutesOf(romeTime(at)) : null;
  const ended = visit.status === 'done' && visit.ended_at ? minutesOf(romeTime(visit.ended_at)) : 0;
  const start = from ?? 0;
  const until = ended > start ? ended : start + visit.minutes;
  return {
    id: visit.id,
    visit,
    day: visit.day,
    agent: visit.agent_id,
    from,
    until: Math.min(Math.max(until, start + 15), 24 * 60),
    fixed: !!visit.fixed_at,
    movable: visit.status === 'planned',
  };
}

/** By time; those without one come first, as in every calendar. */
export function inOrder(entries: Entry[]): Entry[] {
  return entries.toSorted(
    (a, b) =>
      a.day.localeCompare(b.day) || (a.from ?? -1) - (b.from ?? -1) || a.id.localeCompare(b.id),
  );
}

/** What lies beside what: entries that overlap share the width of their column. */
export interface Placed {
  entry: Entry;
  lane: number;
  lanes: number;
}

export function placed(entries: Entry[]): Placed[] {
  const timed = entries
    .filter((entry) => entry.from !== null)
    .toSorted((a, b) => a.from! - b.from! || b.until - a.until);
  const result: Placed[] = [];
  let group: Placed[] = [];
  let ends: number[] = [];
  const close = () => {
    for (const one of group) one.lanes = ends.length;
    result.push(...group);
    group = [];
    ends = [];
  };
  for (const entry of timed) {
    if (ends.length > 0 && entry.from! >= Math.max(...ends)) close();
    const free = ends.findIndex((end) => end <= entry.from!);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = entry.until;
    group.push({ entry, lane, lanes: 1 });
  }
  close();
  return result;
}

/** The hours that a grid shows: the usual day, and whatever lies outside it. */
export function hoursShown(entries: Entry[], usual: [number, number] = [8, 19]) {
  const timed = entries.filter((entry) => entry.from !== null);
  const from = Math.min(usual[0], ...timed.map((entry) => Math.floor(entry.from! / 60)));
  const until = Math.max(usual[1], ...timed.map((entry) => Math.ceil(entry.until / 60)));
  return { from, until };
}

/** A drop at so many minutes, on the quarter of an hour, so that the visit ends before midnight. */
export function snapped(minutes: number, length: number): number {
  const quarter = Math.round(minutes / 15) * 15;
  return Math.min(Math.max(quarter, 0), 24 * 60 - Math.max(length, 15));
}

/** The entries of each day, in order. */
export function byDay(entries: Entry[]): Map<string, Entry[]> {
  const days = new Map<string, Entry[]>();
  for (const entry of inOrder(entries)) {
    days.set(entry.day, [...(days.get(entry.day) ?? []), entry]);
  }
  return days;
}
