import { api, ask, ifMatch, once, type Schemas } from '$lib/api/client';

export type PriceList = Schemas['PriceList'];
export type PriceListBody = Partial<Schemas['NewPriceList']>;
export type PriceRow = Schemas['PriceRow'];
export type Price = Schemas['PriceFields'];
export type Taxes = Schemas['ConsumptionTaxes'];
export type Tax = Schemas['ConsumptionTax'];
export type Ceilings = Schemas['DiscountCeilings'];
export type Ceiling = Schemas['DiscountCeiling'];

export async function readPriceLists(): Promise<PriceList[]> {
  return (await ask(api.GET('/api/v1/price-lists', { params: { query: { limit: 200 } } }))).items;
}

export function readPriceList(id: string): Promise<PriceList> {
  return ask(api.GET('/api/v1/price-lists/{id}', { params: { path: { id } } }));
}

export function createPriceList(list: PriceListBody & { id: string }): Promise<PriceList> {
  const body = list as Schemas['NewPriceList'];
  return ask(api.POST('/api/v1/price-lists', { body, ...once(list.id) }));
}

export function changePriceList(list: PriceList, changes: PriceListBody): Promise<PriceList> {
  const params = { path: { id: list.id }, header: ifMatch(list) };
  const body = changes as Schemas['PriceListFields'];
  return ask(api.PATCH('/api/v1/price-lists/{id}', { params, body }));
}

export function archivePriceList(list: PriceList): Promise<unknown> {
  const params = { path: { id: list.id }, header: ifMatch(list) };
  return ask(api.DELETE('/api/v1/price-lists/{id}', { params }));
}

/** The products with a price in a list; each row has its product's id as its own. */
export async function pageOfPrices(id: string, cursor?: string) {
  const params = { path: { id }, query: { limit: 100, ...(cursor && { cursor }) } };
  const page = await ask(api.GET('/api/v1/price-lists/{id}/prices', { params }));
  return { ...page, items: page.items.map((row) => ({ ...row, id: row.product_id })) };
}

export function setPrices(list: PriceList, productId: string, prices: Price[]) {
  const params = { path: { id: list.id }, header: ifMatch(list) };
  const body = { product_id: productId, prices };
  return ask(api.PUT('/api/v1/price-lists/{id}/prices', { params, body }));
}

export function readTaxes(): Promise<Taxes> {
  return ask(api.GET('/api/v1/consumption-taxes'));
}

export function saveTaxes(version: number, items: Tax[]): Promise<Taxes> {
  const params = { header: ifMatch({ version }) };
  return ask(api.PUT('/api/v1/consumption-taxes', { params, body: { items } }));
}

export function readCeilings(): Promise<Ceilings> {
  return ask(api.GET('/api/v1/discount-ceilings'));
}

export function saveCeilings(version: number, items: Ceiling[]): Promise<Ceilings> {
  const params = { header: ifMatch({ version }) };
  return ask(api.PUT('/api/v1/discount-ceilings', { params, body: { items } }));
}
