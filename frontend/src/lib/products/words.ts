import { shown } from '$lib/lines/decimal';
import type { Product } from './requests';

/** A price with its own decimals: `4,905 €`. */
export const euro = (text: string | null | undefined) => (text ? `${shown(text, 2)} €` : '');

/** `10 ml · 6 mg/ml`. */
export function strengthOf(product: Product): string {
  const volume = product.volume_ml ? `${shown(product.volume_ml)} ml` : '';
  const nicotine = product.nicotine_mg_ml ? `${shown(product.nicotine_mg_ml)} mg/ml` : '';
  return [volume, nicotine].filter(Boolean).join(' · ');
}
