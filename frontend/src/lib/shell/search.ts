import { findClients } from '$lib/clients/requests';
import { fmt, t } from '$lib/i18n/index.svelte';
import { pageOfLeads } from '$lib/leads/requests';
import { findOpportunities } from '$lib/opportunities/requests';
import { pageOfOrders } from '$lib/orders/requests';
import { pageOfProposals } from '$lib/proposals/requests';
import { session } from '$lib/sessions/session.svelte';

export interface Hit {
  href: string;
  kind: 'client' | 'lead' | 'opportunity' | 'proposal' | 'order' | 'all';
  label: string;
  detail: string;
}

const MOST = 5;
/** Proposals and orders are known by their number: `P2026/000012`, `2026/12`. */
const isNumber = (text: string) => /\d/.test(text);

const said = (...parts: (string | null | undefined)[]) => parts.filter(Boolean).join(' · ');

/** What the text may mean, of all that this user may see: whom we sell to first, then whom we would like to, then papers. */
export async function findAnywhere(text: string): Promise<Hit[]> {
  const query = { q: text, limit: MOST };
  const papers = isNumber(text);
  const [clients, leads, deals, proposals, orders] = await Promise.all([
    session.can('clients:read') ? findClients(text, MOST) : [],
    session.can('leads:read') ? pageOfLeads(query).then(({ items }) => items) : [],
    session.can('opportunities:read') ? findOpportunities(text, MOST) : [],
    papers && session.can('proposals:read')
      ? pageOfProposals(query).then(({ items }) => items)
      : [],
    papers && session.can('orders:read') ? pageOfOrders(query).then(({ items }) => items) : [],
  ]);
  const hits: Hit[] = [
    ...clients.map((client) => ({
      href: `/clients/${client.id}`,
      kind: 'client' as const,
      label: client.name,
      detail: [client.city, client.province].filter(Boolean).join(' '),
    })),
    ...leads.map((lead) => ({
      href: `/leads/${lead.id}`,
      kind: 'lead' as const,
      label: lead.name,
      detail: said(t().leads.status[lead.status], lead.city),
    })),
    ...deals.map((deal) => ({
      href: `/opportunities/${deal.id}`,
      kind: 'opportunity' as const,
      label: deal.name,
      detail: said(deal.client_name, fmt().money(deal.amount_cents)),
    })),
    ...proposals.map((row) => ({
      href: `/proposals/${row.id}`,
      kind: 'proposal' as const,
      label: row.number,
      detail: said(row.client_name, t().proposals.status[row.status]),
    })),
    ...orders.map((row) => ({
      href: `/orders/${row.id}`,
      kind: 'order' as const,
      label: row.number,
      detail: said(row.client_name, t().orders.status[row.status]),
    })),
  ];
  // A whole number names one paper, and that is what is meant.
  const named = hits.findIndex(({ label }) => label.toLowerCase() === text.toLowerCase());
  const first = hits[named];
  if (first) hits.unshift(...hits.splice(named, 1));
  if (clients.length > 0) {
    const href = `/clients?q=${encodeURIComponent(text)}`;
    hits.push({ href, kind: 'all', label: t().search.allClients(text), detail: '' });
  }
  return hits;
}
