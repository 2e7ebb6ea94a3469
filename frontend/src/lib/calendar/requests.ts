import { api, ask, ifMatch, type Schemas } from '$lib/api/client';
import { atRome } from '$lib/visits/days';
import { pageOfVisits, type Visit } from '$lib/visits/requests';
import { clockOf } from './entries';

export type Availability = Schemas['Availability'];

/** More than a screen can show; beyond it one agent at a time is looked at. */
const MOST = 1000;

/** Every visit of some days, of one agent or of everybody in reach. */
export async function visitsBetween(
  from: string,
  until: string,
  agent?: string,
): Promise<{ visits: Visit[]; cut: boolean }> {
  const query = { from, until, limit: 200, ...(agent ? { agent_id: agent } : {}) };
  const visits: Visit[] = [];
  let cursor: string | undefined;
  do {
    const page = await pageOfVisits(query, cursor);
    visits.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor && visits.length < MOST);
  return { visits, cut: cursor !== undefined };
}

/** How agents work and when they are away; those one may not see are left out. */
export async function availabilities(agents: string[]): Promise<Record<string, Availability>> {
  const read = agents.map((id) =>
    ask(api.GET('/api/v1/availability/{id}', { params: { path: { id } } })).catch(() => null),
  );
  const all = (await Promise.all(read)).flatMap((one) => one ?? []);
  return Object.fromEntries(all.map((one) => [one.agent_id, one]));
}

/** Where a visit is put: a day, a time unless it is for some time that day, an agent. */
export interface Slot {
  day: string;
  from: number | null;
  agent: string;
}

export function moveVisit(visit: Visit, { day, from, agent }: Slot): Promise<Visit> {
  const params = { path: { id: visit.id }, header: ifMatch(visit) };
  const body = {
    day,
    fixed_at: from === null ? null : atRome(day, clockOf(from)),
    ...(agent === visit.agent_id ? {} : { agent_id: agent }),
  };
  return ask(api.PATCH('/api/v1/visits/{id}', { params, body: body as Schemas['VisitPatch'] }));
}
