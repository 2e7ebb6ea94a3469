import { t } from '$lib/i18n/index.svelte';

/** A built-in role in the reader's language; a company's own role as it was named. */
export function roleName(role: string): string {
  return t().users.role[role] ?? role;
}
