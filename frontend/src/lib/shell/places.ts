import type { Component } from 'svelte';
import ChartBar from '@lucide/svelte/icons/chart-column';
import CircleCheck from '@lucide/svelte/icons/circle-check';
import FileText from '@lucide/svelte/icons/file-text';
import House from '@lucide/svelte/icons/house';
import ListTodo from '@lucide/svelte/icons/list-todo';
import Package from '@lucide/svelte/icons/package';
import Route from '@lucide/svelte/icons/route';
import Kanban from '@lucide/svelte/icons/square-kanban';
import ClipboardList from '@lucide/svelte/icons/clipboard-list';
import Settings from '@lucide/svelte/icons/settings';
import Target from '@lucide/svelte/icons/target';
import Upload from '@lucide/svelte/icons/upload';
import Users from '@lucide/svelte/icons/users';
import { t } from '$lib/i18n/index.svelte';
import { waiting } from '$lib/orders/waiting.svelte';
import { session } from '$lib/sessions/session.svelte';

export interface Place {
  href: string;
  label: string;
  /** After `g`, this letter goes there. */
  key: string;
  icon: Component<{ size?: number | string; 'aria-hidden'?: 'true' }>;
  allowed: boolean;
  /** How much waits there. */
  count?: number;
}

/** The parts of the app, in the order of the rail, that this user may open. */
export function places(): Place[] {
  const nav = t().nav;
  const all: Place[] = [
    { href: '/', label: nav.home, key: 'h', icon: House, allowed: true },
    {
      href: '/clients',
      label: nav.clients,
      key: 'c',
      icon: Users,
      allowed: session.can('clients:read'),
    },
    {
      href: '/leads',
      label: nav.leads,
      key: 'l',
      icon: Target,
      allowed: session.can('leads:read'),
    },
    {
      href: '/pipeline',
      label: nav.pipeline,
      key: 't',
      icon: Kanban,
      allowed: session.can('opportunities:read'),
    },
    {
      href: '/visits',
      label: nav.visits,
      key: 'd',
      icon: Route,
      allowed: session.can('visits:read'),
    },
    { href: '/products', label: nav.products, key: 'p', icon: Package, allowed: true },
    {
      href: '/proposals',
      label: nav.proposals,
      key: 'r',
      icon: FileText,
      allowed: session.can('proposals:read'),
    },
    {
      href: '/orders',
      label: nav.orders,
      key: 'o',
      icon: ClipboardList,
      allowed: session.can('orders:read'),
      count: waiting.orders,
    },
    {
      href: '/approvals',
      label: nav.approvals,
      key: 'v',
      icon: CircleCheck,
      allowed: session.can('orders:approve'),
      count: waiting.approvals,
    },
    {
      href: '/analytics',
      label: nav.analytics,
      key: 'n',
      icon: ChartBar,
      allowed: session.can('analytics:read'),
    },
    {
      href: '/tasks',
      label: nav.tasks,
      key: 'a',
      icon: ListTodo,
      allowed: session.can('tasks:read'),
    },
    {
      href: '/import',
      label: nav.import,
      key: 'i',
      icon: Upload,
      allowed: session.can('imports:run'),
    },
    { href: '/settings', label: nav.settings, key: 's', icon: Settings, allowed: true },
  ];
  return all.filter((place) => place.allowed);
}

/** Whether a path lies within a place; a trattativa's own page belongs to the board. */
export function isWithin(path: string, href: string): boolean {
  if (href === '/') return path === '/';
  if (href === '/pipeline' && path.startsWith('/opportunities')) return true;
  return path === href || path.startsWith(`${href}/`);
}
