import { api, ask, ifMatch, once, type Schemas } from '$lib/api/client';
import type { paths } from '$lib/api/schema';

export type Opportunity = Schemas['OpportunityView'];
export type OpportunityRow = Schemas['OpportunityRow'];
export type OpportunityBody = Partial<Schemas['NewOpportunity']>;
export type StageMove = Schemas['StageMoveView'];
export type Board = Schemas['Board'];
export type Status = OpportunityRow['status'];

const one = (id: string) => ({ params: { path: { id } } });
/** An action holds only for the record as it was seen. */
const seen = (deal: { id: string; version: number }) => ({
  params: { path: { id: deal.id } },
  headers: ifMatch(deal),
});

export async function findOpportunities(q: string, limit = 8): Promise<OpportunityRow[]> {
  const query = { q, limit };
  return (await ask(api.GET('/api/v1/opportunities', { params: { query } }))).items;
}

type Query = NonNullable<paths['/api/v1/opportunities']['get']['parameters']['query']>;

export function pageOfOpportunities(query: Query) {
  return ask(api.GET('/api/v1/opportunities', { params: { query } }));
}

export function readBoard(
  pipelineId: string,
  query: { owner_id?: string; q?: string; status?: 'all' | 'open'; cards?: number },
): Promise<Board> {
  const params = { path: { id: pipelineId }, query };
  return ask(api.GET('/api/v1/pipelines/{id}/board', { params }));
}

export function readOpportunity(id: string): Promise<Opportunity> {
  return ask(api.GET('/api/v1/opportunities/{id}', one(id)));
}

export function createOpportunity(deal: OpportunityBody & { id: string }): Promise<Opportunity> {
  const body = deal as Schemas['NewOpportunity'];
  return ask(api.POST('/api/v1/opportunities', { body, ...once(deal.id) }));
}

export function changeOpportunity(
  deal: { id: string; version: number },
  changes: OpportunityBody,
): Promise<Opportunity> {
  const body = changes as Schemas['OpportunityFields'];
  const params = { path: { id: deal.id }, header: ifMatch(deal) };
  return ask(api.PATCH('/api/v1/opportunities/{id}', { params, body }));
}

export function archiveOpportunity(deal: Opportunity): Promise<unknown> {
  const params = { path: { id: deal.id }, header: ifMatch(deal) };
  return ask(api.DELETE('/api/v1/opportunities/{id}', { params }));
}

export function moveOpportunity(
  deal: { id: string; version: number },
  stageId: string,
): Promise<Opportunity> {
  const body = { stage_id: stageId };
  return ask(api.POST('/api/v1/opportunities/{id}/move', { ...seen(deal), body }));
}

export function winOpportunity(deal: { id: string; version: number }): Promise<Opportunity> {
  return ask(api.POST('/api/v1/opportunities/{id}/win', { ...seen(deal), body: {} }));
}

export function loseOpportunity(
  deal: { id: string; version: number },
  body: Schemas['LoseBody'],
): Promise<Opportunity> {
  return ask(api.POST('/api/v1/opportunities/{id}/lose', { ...seen(deal), body }));
}

export function reopenOpportunity(
  deal: { id: string; version: number },
  stageId?: string,
): Promise<Opportunity> {
  const body = stageId ? { stage_id: stageId } : {};
  return ask(api.POST('/api/v1/opportunities/{id}/reopen', { ...seen(deal), body }));
}

export async function readHistory(id: string): Promise<StageMove[]> {
  return (await ask(api.GET('/api/v1/opportunities/{id}/history', one(id)))).items;
}

export async function findProducts(q: string): Promise<Schemas['ProductView'][]> {
  return (await ask(api.GET('/api/v1/products', { params: { query: { q } } }))).items;
}
