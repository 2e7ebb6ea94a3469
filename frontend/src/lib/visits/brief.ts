import { readClient } from '$lib/clients/requests';
import { pageOfOpportunities, type OpportunityRow } from '$lib/opportunities/requests';
import { session } from '$lib/sessions/session.svelte';
import { pageOfTasks, type Task } from '$lib/tasks/requests';
import { pageOfVisits, type Visit } from './requests';

/** What one wants to know at the shop's door. */
export interface Brief {
  phone: string | null;
  last: Visit | null;
  deals: OpportunityRow[];
  tasks: Task[];
}

const SHOWN = 3;

export async function readBrief(clientId: string, placeId: string): Promise<Brief> {
  const [client, visits, deals, tasks] = await Promise.all([
    // The shop may be a colleague's: then visits alone are known.
    session.can('clients:read') ? readClient(clientId).catch(() => null) : null,
    pageOfVisits({ place_id: placeId, status: 'done', sort: '-day', limit: 1 }),
    session.can('opportunities:read')
      ? pageOfOpportunities({
          client_id: clientId,
          status: 'open',
          sort: 'expected_close_on',
          limit: SHOWN,
        }).then(
          ({ items }) => items,
          () => [],
        )
      : [],
    session.can('tasks:read')
      ? pageOfTasks({ client_id: clientId, status: 'open', limit: SHOWN }).then(
          ({ items }) => items,
          () => [],
        )
      : [],
  ]);
  return { phone: client?.phone ?? null, last: visits.items[0] ?? null, deals, tasks };
}
