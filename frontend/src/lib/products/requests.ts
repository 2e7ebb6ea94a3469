import { api, ask, ifMatch, once, type Schemas } from '$lib/api/client';
import type { paths } from '$lib/api/schema';

export type Product = Schemas['ProductView'];
export type ProductBody = Partial<Schemas['ProductBody']>;
export type Category = Schemas['ProductCategory'];
export const KINDS = ['liquid', 'hardware', 'accessory', 'service', 'other'] as const;
export const VAT_RATES = ['22', '10', '5', '4', '0'] as const;
/** Why there is no VAT, as electronic invoices say it. */
export const NATURES = [
  ...['N1', 'N2.1', 'N2.2', 'N3.1', 'N3.2', 'N3.3', 'N3.4', 'N3.5', 'N3.6', 'N4', 'N5'],
  ...['N6.1', 'N6.2', 'N6.3', 'N6.4', 'N6.5', 'N6.6', 'N6.7', 'N6.8', 'N6.9', 'N7'],
];

export type ProductQuery = NonNullable<paths['/api/v1/products']['get']['parameters']['query']>;

export function pageOfProducts(query: ProductQuery) {
  return ask(api.GET('/api/v1/products', { params: { query } }));
}

export function readProduct(id: string): Promise<Product> {
  return ask(api.GET('/api/v1/products/{id}', { params: { path: { id } } }));
}

export async function readVariants(id: string): Promise<Product[]> {
  return (await pageOfProducts({ parent_id: id, limit: 200 })).items;
}

export function createProduct(product: ProductBody & { id: string }): Promise<Product> {
  const body = product as Schemas['ProductBody'];
  return ask(api.POST('/api/v1/products', { body, ...once(product.id) }));
}

export function changeProduct(product: Product, changes: ProductBody): Promise<Product> {
  const params = { path: { id: product.id }, header: ifMatch(product) };
  const body = changes as Schemas['ProductBody'];
  return ask(api.PATCH('/api/v1/products/{id}', { params, body }));
}

export function archiveProduct(product: Product): Promise<unknown> {
  const params = { path: { id: product.id }, header: ifMatch(product) };
  return ask(api.DELETE('/api/v1/products/{id}', { params }));
}

export function restoreProduct({ id }: Product): Promise<Product> {
  return ask(api.POST('/api/v1/products/{id}/restore', { params: { path: { id } } }));
}

export async function readCategories(): Promise<Category[]> {
  return (await ask(api.GET('/api/v1/product-categories'))).items;
}

export function createCategory(body: Partial<Schemas['NewProductCategory']>): Promise<Category> {
  return ask(
    api.POST('/api/v1/product-categories', { body: body as Schemas['NewProductCategory'] }),
  );
}

export function renameCategory(category: Category, name: string): Promise<Category> {
  const params = { path: { id: category.id }, header: ifMatch(category) };
  const body = { name } as Schemas['ProductCategoryFields'];
  return ask(api.PATCH('/api/v1/product-categories/{id}', { params, body }));
}

export function archiveCategory(category: Category): Promise<unknown> {
  const params = { path: { id: category.id }, header: ifMatch(category) };
  return ask(api.DELETE('/api/v1/product-categories/{id}', { params }));
}

/** Categories as a list to choose from: each after the one above it. */
export function inTree(categories: Category[]): { category: Category; below: boolean }[] {
  const top = categories.filter((one) => !one.parent_id);
  return top.flatMap((above) => [
    { category: above, below: false },
    ...categories
      .filter((one) => one.parent_id === above.id)
      .map((category) => ({ category, below: true })),
  ]);
}
