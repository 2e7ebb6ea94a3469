import { moneyInput, parseMoney } from '$lib/i18n/format';
import type { Company, CompanyFields } from './requests';

/** The texts of the form, in its order. */
export const TEXTS = [
  'name',
  'vat_number',
  'tax_code',
  'street',
  'street_number',
  'cap',
  'city',
  'province',
  'phone',
  'email',
  'pec',
  'website',
  'rea_office',
  'rea_number',
  'warehouse_code',
  'bank',
  'iban',
] as const;

export type TextName = (typeof TEXTS)[number];
export type CompanyDraft = Record<TextName, string> & {
  tax_regime: string;
  share_capital: string;
  /** `''` where it is not said. */
  sole_shareholder: '' | 'yes' | 'no';
  in_liquidation: boolean;
};

/** The regimes that a company of this trade can be in; the others are kept as they are. */
export const REGIMES = ['RF01', 'RF02', 'RF19'];

export function draftOf(company: Company): CompanyDraft {
  const texts = Object.fromEntries(TEXTS.map((name) => [name, company[name] ?? '']));
  const sole = company.sole_shareholder;
  return {
    ...(texts as Record<TextName, string>),
    tax_regime: company.tax_regime ?? 'RF01',
    share_capital: moneyInput(company.share_capital_cents),
    sole_shareholder: sole == null ? '' : sole ? 'yes' : 'no',
    in_liquidation: company.in_liquidation ?? false,
  };
}

/** NaN stands for an amount that is none: the server has the last word on the rest. */
export function bodyOf(draft: CompanyDraft): CompanyFields {
  const texts = Object.fromEntries(TEXTS.map((name) => [name, draft[name].trim() || null]));
  return {
    ...(texts as Record<TextName, string | null>),
    name: draft.name.trim(),
    tax_regime: draft.tax_regime,
    share_capital_cents: parseMoney(draft.share_capital),
    sole_shareholder: draft.sole_shareholder === '' ? null : draft.sole_shareholder === 'yes',
    in_liquidation: draft.in_liquidation,
  };
}
