import { shown, typed } from '$lib/lines/decimal';
import { DAYS, hoursText, readHours, type Day } from '$lib/sites/hours';
import type { Rules, RulesBody } from './requests';

export const CLASSES = ['a', 'b', 'c', 'other'] as const;
export const WEIGHTS = ['urgency', 'deals', 'offers', 'churn'] as const;
export type PerClass = Record<(typeof CLASSES)[number], string>;

/** The rules as their form holds them: texts as they are typed. */
export interface RulesDraft {
  cadence: PerClass;
  minutes: PerClass;
  /** In hundredths: 70 for 0.7. */
  dueFrom: string;
  hours: Record<Day, string>;
  startOnly: boolean;
  weights: Record<(typeof WEIGHTS)[number], string>;
  positions: boolean;
  keptDays: string;
  decimals: string;
  radius: string;
}

const texts = <K extends string>(names: readonly K[], of: Record<K, number>) =>
  Object.fromEntries(names.map((name) => [name, String(of[name])])) as Record<K, string>;
const numbers = <K extends string>(names: readonly K[], of: Record<K, string>) =>
  Object.fromEntries(names.map((name) => [name, whole(of[name])])) as Record<K, number>;

/** A whole number as it was typed; what is none becomes one that every bound refuses. */
const whole = (text: string) => (/^\d{1,6}$/.test(text.trim()) ? Number(text) : -1);

export function draftOf(rules: Rules): RulesDraft {
  const hours = rules.usual_hours as Record<string, string[][]>;
  return {
    cadence: texts(CLASSES, rules.cadence_days),
    minutes: texts(CLASSES, rules.visit_minutes),
    dueFrom: shown(String(Math.round(rules.due_from * 1000) / 10)),
    hours: Object.fromEntries(DAYS.map((day) => [day, hoursText(hours[day])])) as Record<
      Day,
      string
    >,
    startOnly: rules.within_hours === 'start_only',
    weights: texts(WEIGHTS, rules.weights),
    positions: rules.positions,
    keptDays: String(rules.positions_kept_days),
    decimals: String(rules.position_decimals),
    radius: String(rules.check_in_radius_m),
  };
}

export function bodyOf(draft: RulesDraft): RulesBody {
  const open = DAYS.map((day) => [day, readHours(draft.hours[day]) ?? []] as const);
  return {
    cadence_days: numbers(CLASSES, draft.cadence),
    visit_minutes: numbers(CLASSES, draft.minutes),
    due_from: Math.round(Number(typed(draft.dueFrom) || -1) * 10) / 1000,
    usual_hours: Object.fromEntries(open.filter(([, windows]) => windows.length > 0)),
    within_hours: draft.startOnly ? 'start_only' : 'whole_visit',
    weights: numbers(WEIGHTS, draft.weights),
    positions: draft.positions,
    positions_kept_days: whole(draft.keptDays),
    position_decimals: whole(draft.decimals),
    check_in_radius_m: whole(draft.radius),
  };
}

/** The days whose hours no shop could have. */
export function badHours(draft: RulesDraft): Day[] {
  return DAYS.filter((day) => readHours(draft.hours[day]) === undefined);
}

/** After how many days a visit is due, for a cadence: what the two figures together mean. */
export function dueAfter(cadence: string, dueFrom: string): number | null {
  const [days, share] = [whole(cadence), Number(typed(dueFrom) || NaN)];
  return days > 0 && share > 0 ? Math.ceil((days * share) / 100) : null;
}
