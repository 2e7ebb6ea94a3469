import { decimal, minus, rounded, roundedTo, isLess, times, type Decimal } from './decimal';

/** What a line's amounts come from; numbers as the server writes them. */
export interface Amounts {
  quantity: string;
  unit_price: string;
  discount_percent: string;
  unit_tax: string;
  vat_rate: number;
  vat_nature: string | null;
}

export interface VatRow {
  rate: number;
  nature: string | null;
  base_cents: number;
  vat_cents: number;
}

/** The same words as the server's. */
export interface Totals {
  net_cents: number;
  tax_cents: number;
  vat: VatRow[];
  vat_cents: number;
  total_cents: number;
}

const HUNDRED = decimal('100');

/** Quantity × price less discount, and the consumption tax, each half-up to the cent. */
export function lineCents(line: Amounts): { net: bigint; tax: bigint } {
  const share = minus(HUNDRED, decimal(line.discount_percent));
  const quantity = decimal(line.quantity);
  // Hundredths of the discount and cents of the euro cancel out.
  const net = times(times(quantity, decimal(line.unit_price)), share);
  const tax = times(times(quantity, decimal(line.unit_tax)), HUNDRED);
  return { net: rounded(net), tax: rounded(tax) };
}

/** VAT for each rate on the sum of its lines, half-up; highest rate first. */
export function totalsOf(lines: Amounts[]): Totals {
  const bases = new Map<string, { rate: number; nature: string | null; base: bigint }>();
  let [nets, taxes, vats] = [0n, 0n, 0n];
  for (const line of lines) {
    const { net, tax } = lineCents(line);
    nets += net;
    taxes += tax;
    const { vat_rate: rate, vat_nature: nature } = line;
    const row = bases.get(`${rate} ${nature}`) ?? { rate, nature, base: 0n };
    bases.set(`${rate} ${nature}`, { ...row, base: row.base + net + tax });
  }
  const rows = [...bases.values()].map(({ rate, nature, base }) => {
    const vat = rounded({ digits: base * BigInt(rate), scale: 2 });
    vats += vat;
    return { rate, nature, base_cents: Number(base), vat_cents: Number(vat) };
  });
  return {
    net_cents: Number(nets),
    tax_cents: Number(taxes),
    vat: rows.toSorted((a, b) => b.rate - a.rate || (a.nature ?? '').localeCompare(b.nature ?? '')),
    vat_cents: Number(vats),
    total_cents: Number(nets + taxes + vats),
  };
}

/** What one comes to, to the ten-thousandth of a euro. */
export function discounted(price: string, discount: string): Decimal {
  const share = minus(HUNDRED, decimal(discount));
  const { digits, scale } = times(decimal(price), share);
  return roundedTo({ digits, scale: scale + 2 }, 4);
}

/** Whether a line is further below its list price than one may go without asking. */
export function isOverCeiling(
  line: Pick<Amounts, 'unit_price' | 'discount_percent'> & { list_price: string | null },
  ceiling: string,
): boolean {
  if (line.list_price === null) return isLess(decimal(ceiling), decimal(line.discount_percent));
  const comesTo = discounted(line.unit_price, line.discount_percent);
  return isLess(comesTo, discounted(line.list_price, ceiling));
}
