import { api, ask, ifMatch, type Schemas } from '$lib/api/client';

export type Pipeline = Schemas['Pipeline'];
export type Stage = Schemas['StageView'];
export type LostReason = Schemas['LostReason'];

/** Pipelines in use, the default one first. */
export async function readPipelines(): Promise<Pipeline[]> {
  const { items } = await ask(api.GET('/api/v1/pipelines'));
  return items
    .filter((pipeline) => !pipeline.archived_at)
    .toSorted((a, b) => Number(b.is_default) - Number(a.is_default));
}

export function createPipeline(pipeline: Partial<Schemas['NewPipeline']>): Promise<Pipeline> {
  const body = pipeline as Schemas['NewPipeline'];
  return ask(api.POST('/api/v1/pipelines', { body }));
}

export function changePipeline(
  pipeline: Pipeline,
  changes: Partial<Schemas['PipelineFields']>,
): Promise<Pipeline> {
  const params = { path: { id: pipeline.id }, header: ifMatch(pipeline) };
  const body = changes as Schemas['PipelineFields'];
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

/** Where a new reason stands in the list is the server's to say. */
const named = (name: string) => ({ name }) as Schemas['LostReasonFields'];

export function createLostReason(name: string): Promise<LostReason> {
  return ask(api.POST('/api/v1/lost-reasons', { body: named(name) }));
}

export function renameLostReason(reason: LostReason, name: string): Promise<LostReason> {
  const params = { path: { id: reason.id }, header: ifMatch(reason) };
  return ask(api.PATCH('/api/v1/lost-reasons/{id}', { params, body: named(name) }));
}

export function archiveLostReason(reason: LostReason): Promise<unknown> {
  const params = { path: { id: reason.id }, header: ifMatch(reason) };
  return ask(api.DELETE('/api/v1/lost-reasons/{id}', { params }));
}

export function readPipeline(id: string): Promise<Pipeline> {
  return ask(api.GET('/api/v1/pipelines/{id}', { params: { path: { id } } }));
}
