import { fmt, t } from '$lib/i18n/index.svelte';
import { hasDay, worthOf, type Worth } from './record';
import type { RecordLine } from './requests';
import { daysText } from './words';

interface Table {
  heads: string[];
  rows: (string | number)[][];
}

/** What a record is called. */
export function labelOf({ kind, label: text }: RecordLine): string {
  const words = t().analytics;
  if (kind === 'interaction') return words.kindOne[text] ?? text;
  if (kind === 'tour') return words.records.tour(fmt().date(text));
  return text || t().common.unknown;
}

/** Where it stands. */
export function statusOf({ kind, status: text }: RecordLine): string {
  const words = t().analytics;
  const ofOrders: Record<string, string> = t().orders.status;
  if (kind === 'order') return ofOrders[text] ?? text;
  if (kind === 'lead') return words.leadStatus[text] ?? text;
  if (kind === 'client') return words.phase[text] ?? text;
  return words.records.statuses[text] ?? text;
}

export const ownerOf = ({ owner_name }: RecordLine) => owner_name ?? t().analytics.nobody;

export const clientOf = ({ kind, client_name }: RecordLine) =>
  kind === 'client' ? '' : (client_name ?? '');

/** What it adds to the figure, with its unit. */
export function worthText(worth: Worth, { cents }: RecordLine): string {
  switch (worth) {
    case 'money':
      return fmt().money(cents);
    case 'days':
      return daysText(cents);
    case 'minutes':
      return fmt().span(cents * 60);
    case 'distance':
      return fmt().distance(cents);
    case 'travel':
      return fmt().span(cents);
    case 'none':
      return '';
  }
}

export function worthName(worth: Worth): string {
  const words = t().analytics;
  switch (worth) {
    case 'money':
      return words.records.worth;
    case 'days':
      return words.records.days;
    case 'minutes':
      return words.records.minutes;
    case 'distance':
      return words.records.distance;
    case 'travel':
      return words.tour.travel;
    case 'none':
      return '';
  }
}

const UNITS: Record<Worth, { unit: string; per: number }> = {
  money: { unit: '€', per: 100 },
  days: { unit: '', per: 1 },
  minutes: { unit: '', per: 1 },
  distance: { unit: 'km', per: 1000 },
  travel: { unit: 'min', per: 60 },
  none: { unit: '', per: 1 },
};

/** Records as a table for spreadsheets: heads, and a row each. */
export function recordTable(rows: RecordLine[], measure: string): Table {
  const words = t().analytics.records;
  const worth = worthOf(measure);
  const { unit, per } = UNITS[worth];
  const heads = [words.what, words.client, words.status, words.owner, words.day];
  const named = [worthName(worth), unit && `(${unit})`].filter(Boolean).join(' ');
  return {
    heads: worth === 'none' ? heads : [...heads, named],
    rows: rows.map((row) => [
      labelOf(row),
      clientOf(row),
      statusOf(row),
      ownerOf(row),
      hasDay(row.day) ? row.day : '',
      ...(worth === 'none' ? [] : [row.cents / per]),
    ]),
  };
}
