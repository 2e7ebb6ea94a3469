import { api, ask, ifMatch, type Schemas } from '$lib/api/client';

export type Rules = Schemas['RulesView'];
export type RulesBody = Schemas['VisitRules'];
export type LocalHoliday = Schemas['LocalHoliday'];

export function readRules(): Promise<Rules> {
  return ask(api.GET('/api/v1/visit-rules'));
}

export function saveRules(rules: Rules, body: RulesBody): Promise<Rules> {
  return ask(api.PUT('/api/v1/visit-rules', { params: { header: ifMatch(rules) }, body }));
}

export async function readLocalHolidays(): Promise<LocalHoliday[]> {
  return (await ask(api.GET('/api/v1/visit-rules/local-holidays'))).items;
}

export async function saveLocalHolidays(items: LocalHoliday[]): Promise<LocalHoliday[]> {
  return (await ask(api.PUT('/api/v1/visit-rules/local-holidays', { body: { items } }))).items;
}
