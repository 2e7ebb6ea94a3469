import { api, ask, ifMatch, type Schemas } from '$lib/api/client';

export type Site = Schemas['SiteView'];
export const CHANNELS: Site['channel'][] = [
  'vape_shop',
  'tobacconist',
  'pharmacy',
  'parapharmacy',
  'wholesaler',
  'ecommerce',
  'other',
];

export async function readSites(clientId: string): Promise<Site[]> {
  const params = { path: { id: clientId } };
  const { items } = await ask(api.GET('/api/v1/clients/{id}/sites', { params }));
  return items.filter((site) => !site.archived_at);
}

export function createSite(clientId: string, body: Schemas['NewSite']): Promise<Site> {
  const params = { path: { id: clientId } };
  return ask(api.POST('/api/v1/clients/{id}/sites', { params, body }));
}

export function changeSite(site: Site, body: Schemas['SiteChanges']): Promise<Site> {
  const params = { path: { id: site.id }, header: ifMatch(site) };
  return ask(api.PATCH('/api/v1/sites/{id}', { params, body }));
}

export function archiveSite(site: Site): Promise<unknown> {
  const params = { path: { id: site.id }, header: ifMatch(site) };
  return ask(api.DELETE('/api/v1/sites/{id}', { params }));
}
