import { api, ask, ifMatch, once, type Schemas } from '$lib/api/client';
import type { paths } from '$lib/api/schema';

export type Lead = Schemas['LeadView'];
export type LeadRow = Schemas['LeadRow'];
export type LeadBody = Partial<Schemas['NewLead']>;
export type LeadBoard = Schemas['LeadBoard'];
export type LeadStatus = LeadRow['status'];
export type Duplicate = Schemas['Duplicate'];

/** What a lead is to become; what is left out is as the lead says. */
export interface Conversion {
  client_id?: string;
  client?: { name: string };
  without_contact?: boolean;
  opportunity?: { name: string; amount_cents: number };
}

export const STATUSES: LeadStatus[] = ['new', 'contacted', 'qualified', 'converted', 'lost'];

const one = (id: string) => ({ params: { path: { id } } });
/** An action holds only for the record as it was seen. */
const seen = (lead: { id: string; version: number }) => ({
  params: { path: { id: lead.id } },
  headers: ifMatch(lead),
});

type Query = NonNullable<paths['/api/v1/leads']['get']['parameters']['query']>;
type BoardQuery = NonNullable<paths['/api/v1/leads/board']['get']['parameters']['query']>;

export function pageOfLeads(query: Query) {
  return ask(api.GET('/api/v1/leads', { params: { query } }));
}

export function readLeadBoard(query: BoardQuery): Promise<LeadBoard> {
  return ask(api.GET('/api/v1/leads/board', { params: { query } }));
}

export function readLead(id: string): Promise<Lead> {
  return ask(api.GET('/api/v1/leads/{id}', one(id)));
}

export function createLead(lead: LeadBody & { id: string }): Promise<Lead> {
  return ask(api.POST('/api/v1/leads', { body: lead as Schemas['NewLead'], ...once(lead.id) }));
}

export function changeLead(
  lead: { id: string; version: number },
  changes: LeadBody,
): Promise<Lead> {
  const params = { path: { id: lead.id }, header: ifMatch(lead) };
  const body = changes as Schemas['LeadFields'];
  return ask(api.PATCH('/api/v1/leads/{id}', { params, body }));
}

export function archiveLead(lead: Lead): Promise<unknown> {
  const params = { path: { id: lead.id }, header: ifMatch(lead) };
  return ask(api.DELETE('/api/v1/leads/{id}', { params }));
}

export function restoreLead(id: string): Promise<Lead> {
  return ask(api.POST('/api/v1/leads/{id}/restore', one(id)));
}

export function checkLead(draft: LeadBody): Promise<Schemas['LeadCheck']> {
  return ask(api.POST('/api/v1/leads/check', { body: draft as Schemas['LeadDraft'] }));
}

export function contactLead(lead: { id: string; version: number }): Promise<Lead> {
  return ask(api.POST('/api/v1/leads/{id}/contact', { ...seen(lead), body: {} }));
}

export function qualifyLead(lead: { id: string; version: number }): Promise<Lead> {
  return ask(api.POST('/api/v1/leads/{id}/qualify', { ...seen(lead), body: {} }));
}

export function reopenLead(lead: { id: string; version: number }): Promise<Lead> {
  return ask(api.POST('/api/v1/leads/{id}/reopen', { ...seen(lead), body: {} }));
}

export function loseLead(
  lead: { id: string; version: number },
  body: Schemas['LoseLeadBody'],
): Promise<Lead> {
  return ask(api.POST('/api/v1/leads/{id}/lose', { ...seen(lead), body }));
}

/** Without an owner the assignment rules choose. */
export function assignLead(lead: { id: string; version: number }, ownerId?: string): Promise<Lead> {
  const body = ownerId ? { owner_id: ownerId } : {};
  return ask(api.POST('/api/v1/leads/{id}/assign', { ...seen(lead), body }));
}

export function convertLead(
  lead: { id: string },
  body: Conversion,
  key: string,
): Promise<Schemas['Converted']> {
  const options = { params: { path: { id: lead.id } }, body: body as Schemas['Conversion'] };
  return ask(api.POST('/api/v1/leads/{id}/convert', { ...options, ...once(key) }));
}
