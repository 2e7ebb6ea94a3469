import type { Lead, LeadBody } from './requests';

/** What the form holds: every field as text. */
export const TEXTS = [
  'company_name',
  'first_name',
  'last_name',
  'email',
  'phone',
  'vat_number',
  'tax_code',
  'street',
  'street_number',
  'cap',
  'city',
  'province',
  'source_id',
  'campaign_id',
  'interest',
  'notes',
  'owner_id',
] as const;

export type LeadDraft = Record<(typeof TEXTS)[number], string>;

export function draftOf(lead?: Lead): LeadDraft {
  return Object.fromEntries(TEXTS.map((name) => [name, lead?.[name] ?? ''])) as LeadDraft;
}

/** What a new lead says. */
export function filledIn(draft: LeadDraft): LeadBody {
  const said = Object.entries(draft).filter(([, text]) => text.trim() !== '');
  return Object.fromEntries(said.map(([name, text]) => [name, text.trim()]));
}

/** What is different from the lead as it was; what was emptied is null. */
export function changesTo(lead: Lead, draft: LeadDraft): LeadBody {
  const before = draftOf(lead);
  const different = TEXTS.filter((name) => draft[name].trim() !== before[name]);
  return Object.fromEntries(different.map((name) => [name, draft[name].trim() || null]));
}
