import { api, ask, ifMatch, newId, once, type Schemas } from '$lib/api/client';
import type { paths } from '$lib/api/schema';

export type Order = Schemas['OrderView'];
export type OrderRow = Schemas['OrderRow'];
export type OrderStatus = Order['status'];
export type OrderCounts = Schemas['OrderCounts'];
export type OrderStep = Schemas['OrderStepView'];
type NewOrder = Schemas['NewOrder'];
type Query = NonNullable<paths['/api/v1/orders']['get']['parameters']['query']>;

export const STATUSES: OrderStatus[] = [
  'pending_approval',
  'approved',
  'processing',
  'shipped',
  'delivered',
  'invoiced',
  'cancelled',
];

export function pageOfOrders(query: Query, cursor?: string) {
  const params = { query: { ...query, ...(cursor ? { cursor } : {}) } };
  return ask(api.GET('/api/v1/orders', { params }));
}

export function countOrders(): Promise<OrderCounts> {
  return ask(api.GET('/api/v1/orders/counts'));
}

const one = (id: string) => ({ params: { path: { id } } });
const step = (order: { id: string; version: number }) => ({
  params: { path: { id: order.id }, header: ifMatch(order) },
});

export function readOrder(id: string): Promise<Order> {
  return ask(api.GET('/api/v1/orders/{id}', one(id)));
}

/** `id` is chosen once per form: sent twice, it is one order. */
export function createOrder(id: string, body: Partial<NewOrder>): Promise<Order> {
  return ask(api.POST('/api/v1/orders', { body: { ...body, id } as NewOrder, ...once(id) }));
}

/** What it contains, until it is prepared; its approval then counts no more. */
export function changeOrder(order: Order, body: Partial<Schemas['OrderChange']>): Promise<Order> {
  const params = { path: { id: order.id }, header: ifMatch(order) };
  return ask(api.PATCH('/api/v1/orders/{id}', { params, body: body as Schemas['OrderChange'] }));
}

export function readHistory(id: string): Promise<{ items: OrderStep[] }> {
  return ask(api.GET('/api/v1/orders/{id}/history', one(id)));
}

/** A yes to exactly what was looked at. */
export function approveOrder(
  id: string,
  content_hash: string,
  override_reason?: string,
): Promise<Order> {
  const body = { content_hash, ...(override_reason && { override_reason }) };
  return ask(api.POST('/api/v1/orders/{id}/approve', { ...one(id), body }));
}

export function refuseOrder(id: string, reason: string): Promise<Order> {
  return ask(api.POST('/api/v1/orders/{id}/refuse', { ...one(id), body: { reason } }));
}

export function cancelOrder(order: Order, reason: string): Promise<Order> {
  return ask(api.POST('/api/v1/orders/{id}/cancel', { ...step(order), body: { reason } }));
}

export function processOrder(order: Order): Promise<Order> {
  return ask(api.POST('/api/v1/orders/{id}/process', step(order)));
}

export function shipOrder(
  order: Order,
  tracking: string,
  override_reason?: string,
): Promise<Order> {
  const body = { ...(tracking && { tracking }), ...(override_reason && { override_reason }) };
  return ask(api.POST('/api/v1/orders/{id}/ship', { ...step(order), body }));
}

export function deliverOrder(order: Order): Promise<Order> {
  return ask(api.POST('/api/v1/orders/{id}/deliver', step(order)));
}

export function invoiceOrder(order: Order, number: string): Promise<Order> {
  const body = number ? { invoice_number: number } : {};
  return ask(api.POST('/api/v1/orders/{id}/invoice', { ...step(order), body }));
}

export function duplicateOrder(id: string): Promise<Order> {
  return ask(api.POST('/api/v1/orders/{id}/duplicate', { ...one(id), body: {}, ...once(newId()) }));
}

export async function readOrderPdf(id: string): Promise<Blob> {
  return (await ask(api.GET('/api/v1/orders/{id}/pdf', { ...one(id), parseAs: 'blob' }))) as Blob;
}

export async function readInvoice(id: string): Promise<Blob> {
  const call = api.GET('/api/v1/orders/{id}/invoice.xml', { ...one(id), parseAs: 'blob' });
  return (await ask(call)) as Blob;
}
