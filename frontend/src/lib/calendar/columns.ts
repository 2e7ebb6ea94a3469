import type { Entry } from './entries';

/** A column of the grid: a day of somebody, or of everybody who is shown. */
export interface Column {
  key: string;
  day: string;
  /** Empty: everybody. */
  agent: string;
  entries: Entry[];
}

/** Days side by side; a single day of several agents has one column for each of them. */
export function columnsOf(days: string[], agents: string[], entries: Entry[]): Column[] {
  const apart = days.length === 1 && agents.length > 1;
  return days.flatMap((day) => {
    const ofDay = entries.filter((entry) => entry.day === day);
    if (!apart)
      return [{ key: day, day, agent: agents.length === 1 ? agents[0]! : '', entries: ofDay }];
    return agents.map((agent) => ({
      key: `${day} ${agent}`,
      day,
      agent,
      entries: ofDay.filter((entry) => entry.agent === agent),
    }));
  });
}

/** Every agent who has something in these entries, in the order of their names. */
export function agentsIn(entries: Entry[]): { id: string; name: string }[] {
  const names = new Map(entries.map(({ agent, visit }) => [agent, visit.agent_name ?? '']));
  return [...names]
    .map(([id, name]) => ({ id, name }))
    .toSorted((a, b) => a.name.localeCompare(b.name, 'it'));
}

/** Two letters for a name: `Sara Contarin` is SC. */
export function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  return [words[0], words.length > 1 ? words.at(-1) : '']
    .map((word) => word?.charAt(0) ?? '')
    .join('')
    .toUpperCase();
}
