import { fmt, t } from '$lib/i18n/index.svelte';
import { lineCents } from './amounts';
import { amountsOf, type LineDraft } from './draft';
import type { Reason } from './requests';

/** What a line comes to, without taxes. */
export function netOf(line: LineDraft): string {
  return line.quantity === '' ? '' : fmt().exactMoney(Number(lineCents(amountsOf(line)).net));
}

/** Its consumption tax, when it bears one. */
export function taxOf(line: LineDraft): string {
  const { tax } = lineCents(amountsOf(line));
  return tax === 0n ? '' : fmt().exactMoney(Number(tax));
}

export function vatOf(line: LineDraft): string {
  const { vat_rate, vat_nature } = amountsOf(line);
  return vat_rate === 0 ? (vat_nature ?? '0%') : `${vat_rate}%`;
}

/** Where the price comes from. */
export function sourceOf(line: LineDraft): string {
  const words = t().lines;
  if (!line.product_id) return '';
  if (line.unit_price !== null) return words.manual;
  const source = line.known?.price_source ?? 'base';
  return source === 'base' ? words.base : source;
}

/** Reasons for an approval in the reader's words, each once, with the lines that it is about. */
export function reasonsOf(reasons: Reason[]): string[] {
  const rows = new Map<string, number[]>();
  for (const { code, detail, pointer } of reasons) {
    const said = t().lines.reasons[code] ?? detail;
    const at = /^\/lines\/(\d+)$/.exec(pointer ?? '')?.[1];
    rows.set(said, [...(rows.get(said) ?? []), ...(at ? [Number(at) + 1] : [])]);
  }
  return [...rows].map(([said, at]) =>
    at.length > 0 ? t().lines.reasonAt(said, at.join(', ')) : said,
  );
}
