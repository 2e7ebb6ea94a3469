import { api, ask, ifMatch, type Schemas } from '$lib/api/client';

export type Site = Schemas['Site'];
export type SiteBody = Partial<Omit<Schemas['NewSite'], 'adm'>> & {
  adm?: Partial<Schemas['Authorisation']>;
};
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

export function createSite(clientId: string, site: SiteBody): Promise<Site> {
  const params = { path: { id: clientId } };
  const body = site as Schemas['NewSite'];
  return ask(api.POST('/api/v1/clients/{id}/sites', { params, body }));
}

export function changeSite(site: Site, changes: SiteBody): Promise<Site> {
  const body = changes as Schemas['SiteFields'];
  const params = { path: { id: site.id }, header: ifMatch(site) };
  return ask(api.PATCH('/api/v1/sites/{id}', { params, body }));
}

export function archiveSite(site: Site): Promise<unknown> {
  const params = { path: { id: site.id }, header: ifMatch(site) };
  return ask(api.DELETE('/api/v1/sites/{id}', { params }));
}
