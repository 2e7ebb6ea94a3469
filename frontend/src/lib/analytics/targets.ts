import { moneyInput, parseMoney } from '$lib/i18n/format';
import type { Target } from './requests';

export const MEASURES = [
  'won_cents',
  'won',
  'ordered_cents',
  'ordered',
  'visits',
  'activities',
] as const;
export type Measure = (typeof MEASURES)[number];

/** What is typed, by person and measure. */
export type Draft = Record<string, string>;

export const slot = (owner: string, measure: string) => `${owner} ${measure}`;
const isMoney = (measure: string) => measure.endsWith('_cents');

export function draftOf(targets: Target[]): Draft {
  return Object.fromEntries(
    targets.map(({ owner_id, measure, value }) => [
      slot(owner_id, measure),
      isMoney(measure) ? moneyInput(value) : String(value),
    ]),
  );
}

/** What a field says: 0 when it is empty, nothing when it is no target. */
export function valueOf(text: string, measure: string): number | undefined {
  if (text.trim() === '') return 0;
  const value = isMoney(measure) ? parseMoney(text) : wholeNumber(text);
  return value !== null && Number.isInteger(value) && value > 0 ? value : undefined;
}

const wholeNumber = (text: string) =>
  /^\d{1,3}(\.\d{3})+$|^\d+$/.test(text.trim()) ? Number(text.replaceAll('.', '')) : NaN;

/** Those that are other than before; the slots that say no number apart. */
export function changesOf(before: Target[], draft: Draft): { targets: Target[]; wrong: string[] } {
  const old = new Map(before.map((one) => [slot(one.owner_id, one.measure), one.value]));
  const targets: Target[] = [];
  const wrong: string[] = [];
  for (const [key, text] of Object.entries(draft)) {
    const [owner_id = '', measure = ''] = key.split(' ');
    const value = valueOf(text, measure);
    if (value === undefined) wrong.push(key);
    else if (value !== (old.get(key) ?? 0)) {
      targets.push({ owner_id, measure: measure as Target['measure'], value });
    }
  }
  return { targets, wrong };
}
