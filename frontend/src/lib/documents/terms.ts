/** What is agreed beside the lines, as the form holds it. */
export interface TermsDraft {
  site_id: string;
  contact_id: string;
  /** Valid until, or wanted on. */
  day: string;
  payment_terms: string;
  delivery_terms: string;
  notes: string;
}

interface Terms {
  site_id?: string | null;
  contact_id?: string | null;
  payment_terms?: string | null;
  delivery_terms?: string | null;
  notes?: string | null;
}

export function termsOf(record: Terms = {}, day?: string | null): TermsDraft {
  return {
    site_id: record.site_id ?? '',
    contact_id: record.contact_id ?? '',
    day: day ?? '',
    payment_terms: record.payment_terms ?? '',
    delivery_terms: record.delivery_terms ?? '',
    notes: record.notes ?? '',
  };
}

/** As the server takes them; what is empty is cleared. */
export function termFields(draft: TermsDraft) {
  return {
    site_id: draft.site_id || null,
    contact_id: draft.contact_id || null,
    payment_terms: draft.payment_terms.trim() || null,
    delivery_terms: draft.delivery_terms.trim() || null,
    notes: draft.notes.trim() || null,
  };
}

/** The same, without what is empty: a new record then takes what the client usually has. */
export function givenTerms(draft: TermsDraft) {
  return Object.fromEntries(
    Object.entries(termFields(draft)).filter(([, value]) => value !== null),
  );
}
