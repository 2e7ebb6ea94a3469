import { api, ask, ifMatch, type Schemas } from '$lib/api/client';

export type Company = Schemas['Company'];
export type CompanyFields = Schemas['CompanyFields'];

export function readCompany(): Promise<Company> {
  return ask(api.GET('/api/v1/company'));
}

export function saveCompany(base: Company, body: CompanyFields): Promise<Company> {
  return ask(api.PUT('/api/v1/company', { params: { header: ifMatch(base) }, body }));
}
