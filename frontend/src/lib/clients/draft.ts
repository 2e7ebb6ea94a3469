import type { FieldProblem } from '$lib/api/problem';
import { moneyInput, parseMoney } from '$lib/i18n/format';
import {
  capFault,
  emailFault,
  normalizeTaxCode,
  normalizeVatNumber,
  provinceFault,
  sdiCodeFault,
  taxCodeFault,
  vatFault,
} from '$lib/italy/checks';
import type { Client, ClientBody } from './requests';

const TEXTS = [
  'name',
  'kind',
  'first_name',
  'last_name',
  'vat_number',
  'tax_code',
  'sdi_code',
  'pec',
  'email',
  'phone',
  'website',
  'street',
  'street_number',
  'cap',
  'city',
  'province',
  'country',
  'lifecycle',
  'class',
  'sector',
  'owner_id',
  'notes',
  'external_ref',
  'price_list_id',
  'payment_terms',
  'parent_id',
] as const;
const NUMBERS = ['employees', 'founded_year'] as const;
const AMOUNTS = ['annual_revenue_cents', 'credit_limit_cents'] as const;

/** A client as the form holds it: every field a text, empty when there is nothing. */
export type Draft = Record<
  (typeof TEXTS)[number] | (typeof NUMBERS)[number] | (typeof AMOUNTS)[number],
  string
>;

export function draftOf(client?: Client): Draft {
  const read = (name: keyof Client) => (client?.[name] == null ? '' : String(client[name]));
  const fields = Object.fromEntries([...TEXTS, ...NUMBERS].map((name) => [name, read(name)]));
  return {
    ...fields,
    kind: client?.kind ?? 'company',
    country: client?.country ?? 'IT',
    lifecycle: client?.lifecycle ?? 'prospect',
    ...Object.fromEntries(AMOUNTS.map((name) => [name, moneyInput(client?.[name])])),
  } as Draft;
}

/** The draft as the server wants it: codes normalised, empty fields null. */
export function bodyOf(draft: Draft): ClientBody {
  const texts = Object.fromEntries(TEXTS.map((name) => [name, draft[name].trim() || null]));
  const numbers = Object.fromEntries(
    NUMBERS.map((name) => [name, draft[name].trim() ? Number(draft[name]) : null]),
  );
  return {
    ...texts,
    ...numbers,
    name: draft.name.trim(),
    vat_number:
      draft.country === 'IT' ? normalizeVatNumber(draft.vat_number) || null : texts.vat_number,
    tax_code: normalizeTaxCode(draft.tax_code) || null,
    sdi_code: draft.sdi_code.trim().toUpperCase() || null,
    province: draft.province.trim().toUpperCase() || null,
    ...Object.fromEntries(AMOUNTS.map((name) => [name, parseMoney(draft[name])])),
  } as ClientBody;
}

/** Only what was filled in, for a check or a create. */
export function filledIn(body: ClientBody): ClientBody {
  return Object.fromEntries(
    Object.entries(body).filter(([, value]) => value !== null && value !== ''),
  ) as ClientBody;
}

/** The rules that can be told without the server. */
export function faultsOf(draft: Draft): FieldProblem[] {
  const found: FieldProblem[] = [];
  const italian = draft.country === '' || draft.country === 'IT';
  const check = (name: keyof Draft, fault: string | null) => {
    if (fault) found.push({ pointer: `/${name}`, code: `${name}.${fault}`, detail: fault });
  };
  if (draft.name.trim() === '') check('name', 'required');
  if (draft.vat_number.trim() && italian) {
    const fault = vatFault(draft.vat_number);
    // The list of offices can grow, so an unknown one is only worth a warning.
    if (fault !== 'office') check('vat_number', fault);
  }
  if (draft.tax_code.trim()) check('tax_code', taxCodeFault(draft.tax_code));
  if (draft.sdi_code.trim()) check('sdi_code', sdiCodeFault(draft.sdi_code, draft.country || 'IT'));
  if (draft.pec.trim()) check('pec', emailFault(draft.pec));
  if (draft.email.trim()) check('email', emailFault(draft.email));
  if (draft.cap.trim() && italian) check('cap', capFault(draft.cap));
  if (draft.province.trim() && italian) check('province', provinceFault(draft.province));
  for (const name of AMOUNTS) {
    if (Number.isNaN(parseMoney(draft[name]))) {
      found.push({ pointer: `/${name}`, code: 'amount.format', detail: 'format' });
    }
  }
  return found;
}
