import { api, ask, ifMatch, newId, once, type Schemas } from '$lib/api/client';

export type Territory = Schemas['TerritoryView'];
export type TerritoryBody = Schemas['TerritoryFields'];

export async function readTerritories(): Promise<Territory[]> {
  return (await ask(api.GET('/api/v1/territories'))).items;
}

export function createTerritory(body: TerritoryBody, id = newId()): Promise<Territory> {
  const whole = { ...body, id } as Schemas['NewTerritory'];
  return ask(api.POST('/api/v1/territories', { body: whole, ...once(id) }));
}

export function changeTerritory(territory: Territory, body: TerritoryBody): Promise<Territory> {
  const params = { path: { id: territory.id }, header: ifMatch(territory) };
  return ask(api.PATCH('/api/v1/territories/{id}', { params, body }));
}

export function archiveTerritory(territory: Territory): Promise<unknown> {
  const params = { path: { id: territory.id }, header: ifMatch(territory) };
  return ask(api.DELETE('/api/v1/territories/{id}', { params }));
}

/** What was written, part by part: names of regions may have blanks in them. */
export function areasOf(text: string): string[] {
  return text
    .split(/[,;\n]+/)
    .map((part) => part.trim().replace(/\s+/g, ' '))
    .map((part) => (/^[a-z]{2}$/i.test(part) ? part.toUpperCase() : part))
    .filter(Boolean);
}
