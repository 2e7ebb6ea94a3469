import { api, ask, type Schemas } from '$lib/api/client';
import { newLine, type LineDraft } from '$lib/lines/draft';

export type BasketItem = Schemas['BasketItem'];

/** What the client, or one of its shops, usually orders: what is missing first. */
export async function readBasket(id: string, siteId?: string): Promise<BasketItem[]> {
  const query = siteId ? { site_id: siteId } : {};
  const params = { path: { id }, query };
  return (await ask(api.GET('/api/v1/clients/{id}/basket', { params }))).items;
}

/** It is time, or past it. */
export const isDue = ({ standing }: BasketItem) => standing === 'due' || standing === 'missing';

/** The usual quantity, as a line whose price is still to be asked for. */
export function lineOf(item: BasketItem): LineDraft {
  return {
    ...newLine(),
    product_id: item.product_id,
    sku: item.sku ?? null,
    description: item.product_name,
    unit: item.unit,
    quantity: item.usual_quantity,
  };
}
