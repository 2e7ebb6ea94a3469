import type { Formats } from '$lib/i18n/format';

/** A decimal text of the server as people here write it, with at least so many decimals; nothing is rounded. */
export function quantity(text: string, formats: Pick<Formats, 'number'>, decimals = 0): string {
  const [whole = '0', rest = ''] = text.split('.');
  const fraction = rest.replace(/0+$/, '').padEnd(decimals, '0');
  const comma = formats.number(1.5).replace(/\d/g, '');
  return formats.number(Number(whole)) + (fraction ? comma + fraction : '');
}
