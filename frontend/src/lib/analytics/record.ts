import type { RecordLine } from './requests';

type Line = Pick<RecordLine, 'kind' | 'id' | 'client_id'>;

/** A record's own page; where it has none, its client's. */
export function recordPath({ kind, id, client_id }: Line): string | undefined {
  const client = client_id ? `/clients/${client_id}` : undefined;
  switch (kind) {
    case 'opportunity':
      return `/opportunities/${id}`;
    case 'order':
      return `/orders/${id}`;
    case 'lead':
      return `/leads/${id}`;
    case 'client':
      return `/clients/${id}`;
    case 'visit':
      return `/visits/${id}`;
    case 'tour':
      return `/visits/tours/${id}`;
    case 'task':
      return client ?? '/tasks';
    default:
      return client;
  }
}

/** What stands beside each record, and in which unit it is counted. */
export type Worth = 'money' | 'days' | 'minutes' | 'distance' | 'travel' | 'none';

export function worthOf(measure: string): Worth {
  switch (measure) {
    case 'stage_days':
    case 'close_days':
      return 'days';
    case 'visit_done':
      return 'minutes';
    case 'tour':
      return 'distance';
    case 'tour_stops':
      return 'travel';
    default:
      return /^(opened|won|lost|lost_reason|open|open_since|funnel|forecast|expected|ordered|reordered|ordered_product|orders_waiting|phase|segment|churn)$/.test(
        measure,
      )
        ? 'money'
        : 'none';
  }
}

/** What is counted as it is now has no day of its own. */
export const hasDay = (day: string) => day !== '1970-01-01';
