import { fmt, t } from '$lib/i18n/index.svelte';
import { decimal, shown } from '$lib/lines/decimal';
import { euro } from '$lib/products/words';
import type { Price } from './requests';

/** `dal 01/01/2026 al 31/12/2026`; nothing when it is always so. */
export function daysOf(days: { valid_from?: string | null; valid_until?: string | null }): string {
  const words = t().prices;
  const [from, until] = [fmt().date(days.valid_from), fmt().date(days.valid_until)];
  if (days.valid_from && days.valid_until) return words.days(from, until);
  if (days.valid_from) return words.since(from);
  return days.valid_until ? words.upTo(until) : '';
}

/** `da 12: 4,20 € · fino al 31/12/2026`. */
export function priceOf(price: Price): string {
  const words = t().prices;
  const off = price.discount_percent ? words.discount(shown(price.discount_percent)) : '';
  const amount = [euro(price.unit_price), off].filter(Boolean).join(', ');
  const from = decimal(price.min_quantity ?? '0').digits > 0n;
  const said = from ? words.fromQuantity(shown(price.min_quantity), amount) : amount;
  return [said, daysOf(price)].filter(Boolean).join(' · ');
}
