import { addDays, atRome, isDay, romeTime, today, weekdayOf } from './days';
import type { Visit, VisitBody } from './requests';

export type Kind = 'fixed' | 'day' | 'range';

/** What the form holds; texts as they were typed. */
export interface Draft {
  kind: Kind;
  day: string;
  time: string;
  /** The last day that will do. */
  until: string;
  /** So many minutes earlier or later will do, too. */
  leeway: string;
  minutes: string;
  agent: string;
  subject: string;
}

export const KINDS: Kind[] = ['fixed', 'day', 'range'];
export const LEEWAYS = ['0', '15', '30', '60'];

/** The next day that is no weekend. */
const soon = (now: string): string => {
  const next = addDays(now, 1);
  return weekdayOf(next) > 5 ? addDays(next, 8 - weekdayOf(next)) : next;
};

interface Start {
  day?: string;
  time?: string;
  agentId: string;
}

export function draftOf(visit: Visit | undefined, start: Start, now = today()): Draft {
  if (!visit) {
    return {
      kind: start.day && !start.time ? 'day' : 'fixed',
      day: start.day ?? soon(now),
      time: start.time ?? '10:00',
      until: addDays(start.day ?? soon(now), 7),
      leeway: '0',
      minutes: '',
      agent: start.agentId,
      subject: '',
    };
  }
  return {
    kind: visit.fixed_at ? 'fixed' : visit.until_day ? 'range' : 'day',
    day: visit.day,
    until: visit.until_day ?? addDays(visit.day, 7),
    leeway: String(visit.leeway_minutes),
    time: visit.fixed_at
      ? romeTime(visit.fixed_at)
      : romeTime(visit.expected_at ?? atRome(now, '10:00')),
    minutes: String(visit.minutes),
    agent: visit.agent_id,
    subject: visit.subject ?? '',
  };
}

/** What is missing or wrong, by field: a code that has words. */
export function faultsOf(draft: Draft, placed: boolean): Record<string, string> {
  const faults: Record<string, string> = {};
  if (!placed) faults.place_id = 'required';
  if (!isDay(draft.day)) faults.day = 'required';
  if (draft.kind === 'fixed' && !/^\d\d:\d\d$/.test(draft.time)) faults.fixed_at = 'required';
  if (draft.kind === 'range') {
    if (!isDay(draft.until)) faults.until_day = 'required';
    else if (draft.until <= draft.day) faults.until_day = 'until_day.order';
  }
  return faults;
}

export function bodyOf(draft: Draft): VisitBody {
  const minutes = Number(draft.minutes);
  const fixed = draft.kind === 'fixed';
  return {
    day: draft.day,
    fixed_at: fixed ? atRome(draft.day, draft.time) : null,
    until_day: draft.kind === 'range' ? draft.until : null,
    leeway_minutes: fixed ? Number(draft.leeway) : null,
    ...(minutes > 0 ? { minutes } : {}),
    ...(draft.agent ? { agent_id: draft.agent } : {}),
    subject: draft.subject.trim() || null,
  };
}
