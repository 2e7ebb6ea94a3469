import type { Order, OrderStatus } from './requests';

/** What can be done with an order. */
export type Step =
  'approve' | 'refuse' | 'process' | 'ship' | 'deliver' | 'invoice' | 'edit' | 'cancel';

/** The way of an order that nothing stops. */
export const WAY: OrderStatus[] = [
  'pending_approval',
  'approved',
  'processing',
  'shipped',
  'delivered',
  'invoiced',
];

const NEXT: Partial<Record<OrderStatus, Step>> = {
  approved: 'process',
  processing: 'ship',
  shipped: 'deliver',
  delivered: 'invoice',
};

/** What is open to somebody with these rights; the server has the last word. */
export function stepsOf(
  order: Pick<Order, 'status'> & { approval: Pick<Order['approval'], 'waiting'> },
  can: (permission: string) => boolean,
): Step[] {
  const steps: Step[] = [];
  if (order.status === 'pending_approval' && order.approval.waiting && can('orders:approve')) {
    steps.push('approve', 'refuse');
  }
  const next = NEXT[order.status];
  if (next && can('orders:process')) steps.push(next);
  const open = ['pending_approval', 'approved', 'processing'].includes(order.status);
  // What it contains stays from the moment it is prepared.
  if (open && order.status !== 'processing' && can('orders:write')) steps.push('edit');
  if (open && can('orders:write')) steps.push('cancel');
  return steps;
}
