import { shown, typed } from '$lib/lines/decimal';
import type { Product, ProductBody } from './requests';

const TEXTS = ['name', 'sku', 'category_id', 'variant_label', 'adm_code', 'external_ref'] as const;
const NUMBERS = ['volume_ml', 'nicotine_mg_ml', 'list_price', 'unit_cost'] as const;

/** A product as the form holds it: texts, empty when there is nothing. */
export type Draft = Record<
  (typeof TEXTS)[number] | (typeof NUMBERS)[number] | 'kind' | 'unit' | 'vat_rate' | 'vat_nature',
  string
> & { tax_stamp: boolean; parent_id: string | null };

/** A product to change, or a new variant of one. */
export function draftOf(product?: Product, parent?: Product): Draft {
  const from = product ?? parent;
  const texts = Object.fromEntries(TEXTS.map((name) => [name, product?.[name] ?? '']));
  const numbers = Object.fromEntries(NUMBERS.map((name) => [name, shown(product?.[name])]));
  return {
    ...texts,
    ...numbers,
    category_id: from?.category_id ?? '',
    volume_ml: shown(from?.volume_ml),
    kind: from?.kind ?? 'other',
    unit: from?.unit ?? 'pz',
    vat_rate: String(from?.vat_rate ?? 22),
    vat_nature: from?.vat_nature ?? '',
    tax_stamp: from?.tax_stamp ?? false,
    parent_id: product?.parent_id ?? parent?.id ?? null,
    name: product?.name ?? (parent ? `${parent.name} ` : ''),
  } as Draft;
}

/** The draft as the server wants it; the cost only from whoever sees costs. */
export function bodyOf(draft: Draft, seesCosts: boolean): ProductBody {
  const texts = Object.fromEntries(TEXTS.map((name) => [name, draft[name].trim() || null]));
  const { unit_cost, ...rest } = Object.fromEntries(
    NUMBERS.map((name) => [name, typed(draft[name]) || null]),
  );
  const liquid = draft.kind === 'liquid';
  return {
    ...texts,
    ...rest,
    nicotine_mg_ml: liquid ? rest.nicotine_mg_ml : null,
    name: draft.name.trim(),
    kind: draft.kind,
    unit: draft.unit.trim() || 'pz',
    vat_rate: Number(draft.vat_rate),
    vat_nature: draft.vat_rate === '0' ? draft.vat_nature || null : null,
    tax_stamp: draft.tax_stamp,
    parent_id: draft.parent_id,
    ...(seesCosts ? { unit_cost } : {}),
  } as ProductBody;
}

/** The fields in which somebody wrote something that is no number. */
export function badNumbers(draft: Draft): string[] {
  return NUMBERS.filter((name) => typed(draft[name]) === null);
}
