import { t } from '$lib/i18n/index.svelte';
import { session } from '$lib/sessions/session.svelte';
import type { MenuItem } from '$lib/ui/Menu.svelte';
import { windows, type AddKind } from './windows.svelte';

/** What this user may add from anywhere. */
export function addItems(): MenuItem[] {
  const all: [AddKind, string, string][] = [
    ['lead', 'leads:write', t().leads.new],
    ['task', 'tasks:write', t().tasks.new],
    ['visit', 'visits:write', t().visits.new],
    ['client', 'clients:write', t().clients.new],
    ['opportunity', 'opportunities:write', t().opportunities.new],
    ['note', 'interactions:write', t().interactions.new],
  ];
  const windowed = all
    .filter(([, permission]) => session.can(permission))
    .map(([kind, , label]) => ({ label, act: () => (windows.adding = kind) }));
  const order = { label: t().orders.new, href: '/orders/new' };
  return session.can('orders:write') ? [order, ...windowed] : windowed;
}
