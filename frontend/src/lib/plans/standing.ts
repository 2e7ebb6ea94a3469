import type { PlanLine } from './requests';

export interface Standing {
  key: 'making' | 'open' | 'over' | 'accepted' | 'failed' | 'cancelled';
  tone: 'neutral' | 'good' | 'warn' | 'bad' | 'accent';
}

/** What a plan in the list still is to its owner; a proposal whose days have passed is no use any more. */
export function standingOf(
  { status, request }: Pick<PlanLine, 'status' | 'request'>,
  today: string,
): Standing {
  switch (status) {
    case 'queued':
    case 'running':
      return { key: 'making', tone: 'accent' };
    case 'ready':
      return request.until < today
        ? { key: 'over', tone: 'neutral' }
        : { key: 'open', tone: 'warn' };
    case 'accepted':
      return { key: 'accepted', tone: 'good' };
    case 'failed':
      return { key: 'failed', tone: 'bad' };
    case 'cancelled':
      return { key: 'cancelled', tone: 'neutral' };
  }
}
