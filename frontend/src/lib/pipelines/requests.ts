import { api, ask, ifMatch, type Schemas } from '$lib/api/client';

export type Pipeline = Schemas['PipelineView'];
export type Stage = Schemas['StageView'];
export type LostReason = Schemas['LostReasonView'];

/** Pipelines in use, the default one first. */
export async function readPipelines(): Promise<Pipeline[]> {
  const { items } = await ask(api.GET('/api/v1/pipelines'));
  return items
    .filter((pipeline) => !pipeline.archived_at)
    .toSorted((a, b) => Number(b.is_default) - Number(a.is_default));
}

export function createPipeline(body: Schemas['NewPipeline']): Promise<Pipeline> {
  return ask(api.POST('/api/v1/pipelines', { body }));
}

export function changePipeline(
  pipeline: Pipeline,
  body: Schemas['PipelineChanges'],
): Promise<Pipeline> {
  const params = { path: { id: pipeline.id }, header: ifMatch(pipeline) };
  return ask(api.PATCH('/api/v1/pipelines/{id}', { params, body }));
}

export function archivePipeline(pipeline: Pipeline): Promise<unknown> {
  const params = { path: { id: pipeline.id }, header: ifMatch(pipeline) };
  return ask(api.DELETE('/api/v1/pipelines/{id}', { params }));
}

export async function readLostReasons(): Promise<LostReason[]> {
  const { items } = await ask(api.GET('/api/v1/lost-reasons'));
  return items.filter((reason) => !reason.archived_at).toSorted((a, b) => a.position - b.position);
}

export function createLostReason(name: string): Promise<LostReason> {
  return ask(api.POST('/api/v1/lost-reasons', { body: { name } }));
}

export function renameLostReason(reason: LostReason, name: string): Promise<LostReason> {
  const params = { path: { id: reason.id }, header: ifMatch(reason) };
  return ask(api.PATCH('/api/v1/lost-reasons/{id}', { params, body: { name } }));
}

export function archiveLostReason(reason: LostReason): Promise<unknown> {
  const params = { path: { id: reason.id }, header: ifMatch(reason) };
  return ask(api.DELETE('/api/v1/lost-reasons/{id}', { params }));
}

export function readPipeline(id: string): Promise<Pipeline> {
  return ask(api.GET('/api/v1/pipelines/{id}', { params: { path: { id } } }));
}
