import { session } from '$lib/sessions/session.svelte';
import { countOrders, type OrderCounts } from './requests';

let counts = $state.raw<OrderCounts>();

/** How much waits for whom: the figures beside the menu. */
export const waiting = {
  get approvals() {
    return (counts?.waiting_approval ?? 0) + (counts?.proposals_waiting_approval ?? 0);
  },
  /** What back office has to prepare, send and invoice. */
  get orders() {
    if (!counts || !session.can('orders:process')) return 0;
    return counts.to_process + counts.to_ship + counts.to_invoice;
  },
  async refresh() {
    if (!session.can('orders:read')) return;
    // A figure that cannot be had is left as it was.
    counts = await countOrders().catch(() => counts);
  },
};
