import { addDays, atRome, isDay, romeTime, today, weekdayOf } from './days';
import type { Visit, VisitBody } from './requests';

export type Kind = 'fixed' | 'day';

/** What the form holds; texts as they were typed. */
export interface Draft {
  kind: Kind;
  day: string;
  time: string;
  minutes: string;
  agent: string;
  subject: string;
}

export const kindsOf = (): Kind[] => ['fixed', 'day'];

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
      minutes: '',
      agent: start.agentId,
      subject: '',
    };
  }
  return {
    kind: visit.fixed_at ? 'fixed' : 'day',
    day: visit.day,
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
  return faults;
}

export function bodyOf(draft: Draft): VisitBody {
  const minutes = Number(draft.minutes);
  return {
    ...(draft.kind === 'fixed'
      ? { fixed_at: atRome(draft.day, draft.time), day: draft.day }
      : { fixed_at: null, day: draft.day }),
    ...(minutes > 0 ? { minutes } : {}),
    ...(draft.agent ? { agent_id: draft.agent } : {}),
    subject: draft.subject.trim() || null,
  };
}
