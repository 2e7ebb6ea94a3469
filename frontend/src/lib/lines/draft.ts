import { newId, type Schemas } from '$lib/api/client';
import { discounted, type Amounts } from './amounts';
import { decimal, plain } from './decimal';

export type LineFields = Schemas['LineFields'];
export type LineView = Schemas['LineView'];
export type Product = Schemas['ProductView'];

/** What the catalogue and the price lists say of a line. */
export type Known = Pick<
  LineView,
  | 'list_price'
  | 'price_source'
  | 'unit_price'
  | 'discount_percent'
  | 'unit_tax'
  | 'vat_rate'
  | 'is_liquid'
> & { vat_nature: string | null; unit_cost?: string | null };

/** A line being written. Numbers are texts with a point; empty and null are what nobody has said. */
export interface LineDraft {
  /** Tells lines apart while they have no id. */
  key: string;
  product_id: string | null;
  sku: string | null;
  description: string;
  unit: string | null;
  quantity: string;
  /** By hand; null is what the price lists say. */
  unit_price: string | null;
  discount_percent: string | null;
  vat_rate: number | null;
  vat_nature: string | null;
  known: Known | null;
}

export function newLine(): LineDraft {
  return {
    key: newId(),
    product_id: null,
    sku: null,
    description: '',
    unit: null,
    quantity: '',
    unit_price: null,
    discount_percent: null,
    vat_rate: null,
    vat_nature: null,
    known: null,
  };
}

/** The lines of a saved document, to write on. What was written by hand stays so; the rest follows the price lists. */
export function draftsOf(lines: LineView[]): LineDraft[] {
  return lines.map((line) => {
    const byHand = line.price_source === 'manual';
    // A discount that leads from the price to what the price lists say is theirs.
    const listed = !byHand && isListed(line);
    return {
      key: line.id,
      product_id: line.product_id ?? null,
      sku: line.sku ?? null,
      description: line.description,
      unit: line.unit,
      quantity: plain(decimal(line.quantity)),
      unit_price: byHand ? plain(decimal(line.unit_price)) : null,
      discount_percent: listed ? null : plain(decimal(line.discount_percent)),
      vat_rate: line.product_id ? null : line.vat_rate,
      vat_nature: line.product_id ? null : (line.vat_nature ?? null),
      known: { ...line, vat_nature: line.vat_nature ?? null },
    };
  });
}

function isListed({ unit_price, discount_percent, list_price }: LineView): boolean {
  const comesTo = discounted(unit_price, discount_percent);
  return plain(comesTo) === plain(decimal(list_price ?? ''));
}

/** Nothing was written on it yet. */
export const isBlank = (line: LineDraft) =>
  !line.product_id && line.description.trim() === '' && line.quantity === '';

/** The server can price it. */
export const isComplete = (line: LineDraft) =>
  Number(line.quantity) > 0 &&
  (line.product_id !== null || (line.description.trim() !== '' && line.unit_price !== null));

/** A line as the server takes it. */
export function fieldsOf(line: LineDraft): LineFields {
  const { product_id, unit, unit_price, discount_percent, vat_rate, vat_nature } = line;
  return {
    product_id,
    description: product_id ? null : line.description.trim(),
    quantity: line.quantity,
    unit: product_id ? null : unit,
    unit_price,
    discount_percent,
    vat_rate,
    vat_nature,
  };
}

/** A line for a picked product: known well enough to be shown before the server has said its price. */
export function withProduct(line: LineDraft, product: Product): LineDraft {
  return {
    ...line,
    product_id: product.id,
    sku: product.sku ?? null,
    description: product.name,
    unit: product.unit,
    quantity: line.quantity || '1',
    unit_price: null,
    discount_percent: null,
    vat_rate: null,
    vat_nature: null,
    known: {
      list_price: product.list_price ?? null,
      price_source: 'base',
      unit_price: product.list_price ?? '0',
      discount_percent: '0',
      unit_tax: '0',
      vat_rate: product.vat_rate,
      vat_nature: product.vat_nature ?? null,
      is_liquid: product.kind === 'liquid',
    },
  };
}

/** What the line comes to as it stands: what is written by hand before what the price lists say. */
export function amountsOf(line: LineDraft): Amounts {
  const { known } = line;
  // A list's discount goes with its price, never with one written by hand.
  const listed = line.unit_price === null ? (known?.discount_percent ?? '0') : '0';
  return {
    quantity: line.quantity || '0',
    unit_price: line.unit_price ?? known?.unit_price ?? '0',
    discount_percent: line.discount_percent ?? listed,
    unit_tax: line.product_id ? (known?.unit_tax ?? '0') : '0',
    vat_rate: line.vat_rate ?? known?.vat_rate ?? 22,
    vat_nature: line.vat_rate === null ? (known?.vat_nature ?? null) : line.vat_nature,
  };
}
