/** Numbers as they are written, exact: no float ever stands between what is typed and what is paid. */
export interface Decimal {
  /** The digits, without the mark. */
  readonly digits: bigint;
  /** How many of them stand after the mark. */
  readonly scale: number;
}

export const ZERO: Decimal = { digits: 0n, scale: 0 };
const PLAIN = /^-?\d{1,20}(\.\d{1,20})?$/;

/** A number as the server writes it: `4.9000`. */
export function decimal(text: string): Decimal {
  if (!PLAIN.test(text)) return ZERO;
  const [whole = '0', decimals = ''] = text.split('.');
  return { digits: BigInt(whole + decimals), scale: decimals.length };
}

export function times(a: Decimal, b: Decimal): Decimal {
  return { digits: a.digits * b.digits, scale: a.scale + b.scale };
}

export function minus(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { digits: raised(a, scale) - raised(b, scale), scale };
}

const raised = (a: Decimal, scale: number) => a.digits * 10n ** BigInt(scale - a.scale);

/** Whole, a half and more away from zero. */
export function rounded(a: Decimal): bigint {
  const unit = 10n ** BigInt(a.scale);
  const size = a.digits < 0n ? -a.digits : a.digits;
  const whole = (size * 2n + unit) / (unit * 2n);
  return a.digits < 0n ? -whole : whole;
}

/** To so many decimals, a half and more away from zero. */
export function roundedTo(a: Decimal, decimals: number): Decimal {
  if (a.scale <= decimals) return a;
  const digits = rounded({ digits: a.digits, scale: a.scale - decimals });
  return { digits, scale: decimals };
}

/** `a` is less than `b`. */
export function isLess(a: Decimal, b: Decimal): boolean {
  return minus(a, b).digits < 0n;
}

/** As the server reads it, without idle zeros. */
export function plain(a: Decimal): string {
  const sign = a.digits < 0n ? '-' : '';
  const all = (a.digits < 0n ? -a.digits : a.digits).toString().padStart(a.scale + 1, '0');
  const whole = all.slice(0, all.length - a.scale);
  const decimals = all.slice(all.length - a.scale).replace(/0+$/, '');
  return sign + whole + (decimals && `.${decimals}`);
}

/**
 * What a person typed, as the server reads it: `1.234,5` is 1234.5, `4,90` and `4.90` are 4.9, and `1.234`, as written
 * here, is a thousand and some. Empty text is `''`; what is no number is null.
 */
export function typed(text: string): string | null {
  const compact = text.replace(/[\s€%]/g, '');
  if (compact === '') return '';
  if (!/^-?[\d.,]*\d[\d.,]*$/.test(compact)) return null;
  const at = decimalMark(compact);
  const whole = at < 0 ? compact : compact.slice(0, at);
  const decimals = at < 0 ? '' : compact.slice(at + 1);
  const grouped = /^-?\d{1,3}([.,]\d{3})+$/.test(whole);
  if (/[.,]/.test(decimals) || (/[.,]/.test(whole) && !grouped)) return null;
  const digits = whole.replace(/[.,]/g, '');
  const value = `${/\d/.test(digits) ? digits : `${digits}0`}${decimals && `.${decimals}`}`;
  return PLAIN.test(value) ? plain(decimal(value)) : null;
}

/** The later of two kinds of marks; several of one kind, or one dot before three digits, part thousands. */
function decimalMark(text: string): number {
  const [comma, dot] = [text.lastIndexOf(','), text.lastIndexOf('.')];
  if (comma >= 0 && dot >= 0) return Math.max(comma, dot);
  const mark = Math.max(comma, dot);
  const repeated = mark >= 0 && text.indexOf(text.charAt(mark)) !== mark;
  const thousands = dot >= 0 && /^-?[1-9]\d{0,2}\.\d{3}$/.test(text);
  return repeated || thousands ? -1 : mark;
}

/** As a person here writes it: a comma for the decimals, at least so many of them. */
export function shown(text: string | null | undefined, least = 0): string {
  if (text === null || text === undefined || text === '') return '';
  if (!PLAIN.test(text)) return text;
  const [whole = '0', decimals = ''] = plain(decimal(text)).split('.');
  const all = decimals.padEnd(least, '0');
  return whole + (all && `,${all}`);
}
