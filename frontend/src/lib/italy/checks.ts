/**
 * The Italian identity rules, as the crm service applies them (`crates/` hold the authority); here they give
 * an answer while typing. Each check returns the code of what is wrong, or null.
 */

export function normalizeVatNumber(text: string): string {
  return text
    .toUpperCase()
    .replace(/[\s.:-]/g, '')
    .replace(/^IT/, '');
}

function vatOfficeKnown(office: number): boolean {
  return (office >= 1 && office <= 100) || [120, 121, 888, 999].includes(office);
}

export type VatFault = 'length' | 'digits' | 'company' | 'check_digit' | 'office';

export function vatFault(text: string): VatFault | null {
  const vat = normalizeVatNumber(text);
  if (/\D/.test(vat)) return 'digits';
  if (vat.length !== 11) return 'length';
  if (vat.startsWith('0000000')) return 'company';
  const sum = [...vat.slice(0, 10)].reduce((total, char, index) => {
    const digit = Number(char);
    if (index % 2 === 0) return total + digit;
    return total + (digit * 2 > 9 ? digit * 2 - 9 : digit * 2);
  }, 0);
  if ((10 - (sum % 10)) % 10 !== Number(vat[10])) return 'check_digit';
  return vatOfficeKnown(Number(vat.slice(7, 10))) ? null : 'office';
}

const TAX_CODE =
  /^[A-Z]{6}[0-9LMNPQRSTUV]{2}[ABCDEHLMPRST][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]$/;
const OMOCODIA = 'LMNPQRSTUV';
const DIGIT_PLACES = [6, 7, 9, 10, 12, 13, 14];
const MONTHS = 'ABCDEHLMPRST';
const ODD = [
  1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
];

export function normalizeTaxCode(text: string): string {
  return text.toUpperCase().replace(/\s/g, '');
}

/** Digits that were replaced by letters, because two people had the same code, put back. */
function withoutOmocodia(code: string): string {
  return [...code]
    .map((char, place) =>
      DIGIT_PLACES.includes(place) && OMOCODIA.includes(char) ? OMOCODIA.indexOf(char) : char,
    )
    .join('');
}

function checkLetter(first15: string): string {
  const sum = [...first15].reduce((total, char, index) => {
    const value = /\d/.test(char) ? Number(char) : char.charCodeAt(0) - 65;
    return total + (index % 2 === 0 ? (ODD[value] ?? 0) : value);
  }, 0);
  return String.fromCharCode(65 + (sum % 26));
}

export type TaxCodeFault = 'format' | 'check_letter' | 'birth_date' | VatFault;

export function taxCodeFault(text: string): TaxCodeFault | null {
  const code = normalizeTaxCode(text);
  if (/^\d{11}$/.test(code)) {
    // Bodies without a P.IVA may have an office outside the list.
    const fault = vatFault(code);
    return fault === 'office' ? null : fault;
  }
  if (!TAX_CODE.test(code)) return 'format';
  if (checkLetter(code.slice(0, 15)) !== code[15]) return 'check_letter';
  return birthDateExists(withoutOmocodia(code)) ? null : 'birth_date';
}

function birthDateExists(code: string): boolean {
  const year = Number(code.slice(6, 8));
  const month = MONTHS.indexOf(code[8] ?? '');
  const dayAndSex = Number(code.slice(9, 11));
  const day = dayAndSex > 40 ? dayAndSex - 40 : dayAndSex;
  return [1900 + year, 2000 + year].some((full) => {
    const date = new Date(Date.UTC(full, month, day));
    return date.getUTCMonth() === month && date.getUTCDate() === day;
  });
}

export type SdiFault = 'format' | 'foreign';

export function sdiCodeFault(text: string, country = 'IT'): SdiFault | null {
  const code = text.trim().toUpperCase();
  if (!/^[A-Z0-9]{6,7}$/.test(code)) return 'format';
  return code === 'XXXXXXX' && country === 'IT' ? 'foreign' : null;
}

export function emailFault(text: string): 'format' | null {
  const valid =
    text.length <= 256 && /^[^\s@<>,;"]+@[^\s@.<>,;"]+(\.[^\s@.<>,;"]+)+$/.test(text.trim());
  return valid ? null : 'format';
}

export function capFault(text: string): 'format' | null {
  return /^\d{5}$/.test(text.trim()) ? null : 'format';
}

export function provinceFault(text: string): 'format' | null {
  return /^[A-Z]{2}$/i.test(text.trim()) ? null : 'format';
}
