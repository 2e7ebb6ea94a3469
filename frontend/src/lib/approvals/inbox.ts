import { approveOrder, pageOfOrders, readOrder, refuseOrder } from '$lib/orders/requests';
import {
  approveProposal,
  pageOfProposals,
  readProposal,
  rejectProposal,
  type Proposal,
} from '$lib/proposals/requests';

type Lines = Proposal['content']['lines'];
type Totals = Proposal['content']['totals'];
export interface Reason {
  code: string;
  detail: string;
}

/** A proposal or an order that waits for a yes. */
export interface WaitingDocument {
  kind: 'order' | 'proposal';
  id: string;
  href: string;
  number: string;
  client_name?: string | null;
  written_by_name?: string | null;
  total_cents: number;
  updated_at: string;
  needed: Reason[];
  /** Of what the list told; unknown of a proposal until it is read. */
  content_hash?: string;
}

/** What is looked at before the yes. */
export interface Details {
  content_hash: string;
  lines: Lines;
  totals: Totals;
  margin_percent?: string | null;
  needed: Reason[];
}

/** Everything that waits, what has waited longest first. */
export async function readInbox(): Promise<WaitingDocument[]> {
  const query = { waiting: 'approval', limit: 100 } as const;
  const [orders, proposals] = await Promise.all([pageOfOrders(query), pageOfProposals(query)]);
  const waiting: WaitingDocument[] = [
    ...orders.items.map((row) => ({ ...row, kind: 'order' as const, href: `/orders/${row.id}` })),
    ...proposals.items.map((row) => ({
      ...row,
      kind: 'proposal' as const,
      href: `/proposals/${row.id}`,
      needed: [],
    })),
  ];
  return waiting.toSorted((a, b) => a.updated_at.localeCompare(b.updated_at));
}

export async function detailsOf({ kind, id }: WaitingDocument): Promise<Details> {
  if (kind === 'order') {
    const order = await readOrder(id);
    return { ...order, needed: order.approval.needed };
  }
  const { content } = await readProposal(id);
  return { ...content, needed: content.needs_approval };
}

/** The yes names what was looked at. */
export function actionsOf({ kind, id }: WaitingDocument) {
  return kind === 'order'
    ? {
        approve: (hash: string, override?: string) => approveOrder(id, hash, override),
        refuse: (reason: string) => refuseOrder(id, reason),
      }
    : {
        approve: (hash: string) => approveProposal(id, hash),
        refuse: (reason: string) => rejectProposal(id, reason),
      };
}
