import { api, ask, ifMatch, newId, once, type Schemas } from '$lib/api/client';
import type { paths } from '$lib/api/schema';

export type Proposal = Schemas['ProposalView'];
export type ProposalRow = Schemas['ProposalRow'];
export type Version = Schemas['VersionView'];
export type Diff = Schemas['ProposalDiff'];
export type Offer = Schemas['Offer'];
export type ProposalStatus = Proposal['status'];
type NewProposal = Schemas['NewProposal'];
type Query = NonNullable<paths['/api/v1/proposals']['get']['parameters']['query']>;

export const STATUSES: ProposalStatus[] = ['draft', 'sent', 'accepted', 'refused', 'expired'];

export function pageOfProposals(query: Query, cursor?: string) {
  const params = { query: { ...query, ...(cursor ? { cursor } : {}) } };
  return ask(api.GET('/api/v1/proposals', { params }));
}

const one = (id: string) => ({ params: { path: { id } } });
const step = (proposal: Proposal) => ({
  params: { path: { id: proposal.id }, header: ifMatch(proposal) },
});

export function readProposal(id: string): Promise<Proposal> {
  return ask(api.GET('/api/v1/proposals/{id}', one(id)));
}

/** A draft, empty but for whom it is for. */
export function createProposal(body: Partial<NewProposal>): Promise<Proposal> {
  const id = newId();
  return ask(api.POST('/api/v1/proposals', { body: { ...body, id } as NewProposal, ...once(id) }));
}

export function changeProposal(
  base: { id: string; version: number },
  body: Partial<Schemas['ProposalChange']>,
): Promise<Proposal> {
  const params = { path: { id: base.id }, header: ifMatch(base) };
  return ask(
    api.PATCH('/api/v1/proposals/{id}', { params, body: body as Schemas['ProposalChange'] }),
  );
}

export function archiveProposal(base: Proposal): Promise<unknown> {
  return ask(api.DELETE('/api/v1/proposals/{id}', step(base)));
}

export function sendProposal(base: Proposal, email: string): Promise<Proposal> {
  const body = email.trim() ? { email: email.trim() } : {};
  return ask(api.POST('/api/v1/proposals/{id}/send', { ...step(base), body }));
}

export function withdrawProposal(base: Proposal): Promise<Proposal> {
  return ask(api.POST('/api/v1/proposals/{id}/withdraw', { ...step(base), body: {} }));
}

export function acceptProposal(base: Proposal, name: string, note: string): Promise<Proposal> {
  const body = {
    ...(name.trim() && { name: name.trim() }),
    ...(note.trim() && { note: note.trim() }),
  };
  return ask(api.POST('/api/v1/proposals/{id}/accept', { ...step(base), body }));
}

export function refuseProposal(base: Proposal, reason: string): Promise<Proposal> {
  return ask(api.POST('/api/v1/proposals/{id}/refuse', { ...step(base), body: { reason } }));
}

export function requestApproval(base: Proposal): Promise<Proposal> {
  return ask(api.POST('/api/v1/proposals/{id}/request-approval', step(base)));
}

/** A yes to exactly what was looked at. */
export function approveProposal(id: string, content_hash: string): Promise<Proposal> {
  return ask(api.POST('/api/v1/proposals/{id}/approve', { ...one(id), body: { content_hash } }));
}

export function rejectProposal(id: string, reason: string): Promise<Proposal> {
  return ask(api.POST('/api/v1/proposals/{id}/reject', { ...one(id), body: { reason } }));
}

export function duplicateProposal(id: string): Promise<Proposal> {
  return ask(api.POST('/api/v1/proposals/{id}/duplicate', { ...one(id), ...once(newId()) }));
}

export function readVersions(id: string): Promise<{ items: Version[] }> {
  return ask(api.GET('/api/v1/proposals/{id}/versions', one(id)));
}

export function readDiff(id: string, from: number, to: number): Promise<Diff> {
  const params = { path: { id }, query: { from, to } };
  return ask(api.GET('/api/v1/proposals/{id}/diff', { params }));
}

/** The PDF of a version, as a file of this browser. */
export async function readPdf(id: string, number: number): Promise<Blob> {
  const params = { path: { id, number } };
  const call = api.GET('/api/v1/proposals/{id}/versions/{number}/pdf', { params, parseAs: 'blob' });
  return (await ask(call)) as Blob;
}

const by = (token: string) => ({ params: { path: { token } } });

export function readOffer(token: string): Promise<Offer> {
  return ask(api.GET('/api/v1/proposals/link/{token}', by(token)));
}

export function acceptOffer(token: string, body: Schemas['LinkAcceptBody']): Promise<Offer> {
  return ask(api.POST('/api/v1/proposals/link/{token}/accept', { ...by(token), body }));
}

export function refuseOffer(token: string, body: Schemas['LinkRefuseBody']): Promise<Offer> {
  return ask(api.POST('/api/v1/proposals/link/{token}/refuse', { ...by(token), body }));
}

/** Where the customer's browser finds the PDF. */
export const offerPdfHref = (token: string) => `/api/v1/proposals/link/${token}/pdf`;
