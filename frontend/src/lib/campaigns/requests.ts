import { api, ask, ifMatch, once, type Schemas } from '$lib/api/client';

export type Source = Schemas['LeadSource'];
export type Campaign = Schemas['Campaign'];
export type CampaignBody = Partial<Schemas['CampaignFields']>;

export const CAMPAIGN_KINDS: Campaign['kind'][] = [
  'fair',
  'event',
  'web',
  'email',
  'phone',
  'social',
  'print',
  'other',
];

export async function readSources(): Promise<Source[]> {
  return (await ask(api.GET('/api/v1/lead-sources'))).items;
}

export async function readCampaigns(): Promise<Campaign[]> {
  return (await ask(api.GET('/api/v1/campaigns'))).items;
}

export function createSource(id: string, name: string, position: number): Promise<Source> {
  return ask(api.POST('/api/v1/lead-sources', { body: { id, name, position }, ...once(id) }));
}

export function renameSource(source: Source, name: string): Promise<Source> {
  const params = { path: { id: source.id }, header: ifMatch(source) };
  const body = { name } as Schemas['SourceFields'];
  return ask(api.PATCH('/api/v1/lead-sources/{id}', { params, body }));
}

export function archiveSource(source: Source): Promise<unknown> {
  const params = { path: { id: source.id }, header: ifMatch(source) };
  return ask(api.DELETE('/api/v1/lead-sources/{id}', { params }));
}

export function createCampaign(id: string, fields: CampaignBody): Promise<Campaign> {
  const body = { id, ...fields } as Schemas['NewCampaign'];
  return ask(api.POST('/api/v1/campaigns', { body, ...once(id) }));
}

export function changeCampaign(campaign: Campaign, fields: CampaignBody): Promise<Campaign> {
  const params = { path: { id: campaign.id }, header: ifMatch(campaign) };
  const body = fields as Schemas['CampaignFields'];
  return ask(api.PATCH('/api/v1/campaigns/{id}', { params, body }));
}

export function archiveCampaign(campaign: Campaign): Promise<unknown> {
  const params = { path: { id: campaign.id }, header: ifMatch(campaign) };
  return ask(api.DELETE('/api/v1/campaigns/{id}', { params }));
}
