import { t } from '$lib/i18n/index.svelte';
import type { Kind } from './requests';

/** What a field of an import is called: as on the record's own form, else its own word. */
export function fieldLabel(kind: Kind, name: string): string {
  const ofLead = kind === 'leads' && (t().leads.importFields[name] ?? t().leads.fields[name]);
  if (ofLead) return ofLead;
  const own = t().imports.fields[name];
  if (name === 'name' && kind === 'clients') return t().clients.fields.name ?? name;
  if (name === 'name' && kind === 'opportunities') return t().opportunities.fields.name ?? name;
  return own ?? t().clients.fields[name] ?? t().opportunities.fields[name] ?? name;
}
