import { api, ask, type Schemas } from '$lib/api/client';
import { fieldsOf, type LineDraft, type Product } from './draft';

export type PricedLines = Schemas['PricedLines'];
export type Reason = Schemas['Reason'];

/** What the server says of these lines: prices, totals, what needs approval. Nothing is saved. */
export function priceLines(clientId: string | null, lines: LineDraft[]): Promise<PricedLines> {
  const body = { client_id: clientId, lines: lines.map(fieldsOf) };
  return ask(api.POST('/api/v1/price-lists/resolve', { body }));
}

/** Products that a line may name, the best fits first. */
export async function findSellable(q: string): Promise<Product[]> {
  const query = { q, sellable: true, limit: 8 };
  return (await ask(api.GET('/api/v1/products', { params: { query } }))).items;
}

/** What each text of a pasted column names. */
export async function matchProducts(texts: string[]): Promise<(Product | null)[]> {
  const { items } = await ask(api.POST('/api/v1/products/match', { body: { texts } }));
  return items.map((item) => item ?? null);
}
