import { findClients } from '$lib/clients/requests';
import { pageOfOpportunities, type OpportunityRow } from '$lib/opportunities/requests';
import { session } from '$lib/sessions/session.svelte';

const SHOWN = 8;

export interface Day {
  /** Nothing has been entered yet. */
  empty: boolean;
  closing: OpportunityRow[];
  withoutNextStep: OpportunityRow[];
  stale: OpportunityRow[];
}

/** What somebody who sells asks in the morning: what closes, what waits for me, what got stuck. */
export async function readDay(): Promise<Day> {
  // A seller's day is their own; whoever leads or runs the office looks at everybody's.
  const mine =
    !session.seesOthers('opportunities:read') && session.user ? { owner_id: session.user.id } : {};
  const open = { ...mine, status: 'open' as const };
  const [soon, withoutNextStep, stale, clients] = await Promise.all([
    page({ ...open, sort: 'expected_close_on', limit: SHOWN }),
    page({ ...open, no_next_step: true, sort: '-amount_cents', limit: SHOWN }),
    page({ ...open, stale: true, limit: SHOWN }),
    session.can('clients:read') ? findClients('', 1) : [],
  ]);
  return {
    empty: soon.length === 0 && clients.length === 0,
    closing: soon.filter((deal) => deal.expected_close_on),
    withoutNextStep,
    stale,
  };
}

async function page(query: Parameters<typeof pageOfOpportunities>[0]) {
  return session.can('opportunities:read') ? (await pageOfOpportunities(query)).items : [];
}
