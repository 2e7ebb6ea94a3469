import { fmt, t } from '$lib/i18n/index.svelte';
import type { Reason } from './requests';

export interface ReasonWords {
  text: string;
  /** The figures behind it. */
  title: string;
  tone: 'neutral' | 'accent' | 'warn' | 'bad';
}

/** One decimal: 1,4×. */
const factor = (days: number, cadence: number) =>
  fmt().number(Math.round((days / Math.max(1, cadence)) * 10) / 10);

/** A reason as a salesperson says it. */
export function reasonWords(reason: Reason): ReasonWords {
  const words = t().tours.reasons;
  const points = words.points(reason.points);
  switch (reason.kind) {
    case 'agreed':
      return { text: words.agreed, title: points, tone: 'accent' };
    case 'never':
      return { text: words.never, title: points, tone: 'warn' };
    case 'urgency': {
      const { days, cadence_days: cadence } = reason;
      const times = factor(days, cadence);
      const title = `${words.urgencyTitle(days, cadence)} ${points}`;
      return days >= cadence
        ? { text: words.urgency(times), title, tone: 'warn' }
        : { text: words.due(times), title, tone: 'neutral' };
    }
    case 'deals': {
      const money = fmt().roundMoney(reason.weighted_cents);
      const title = `${words.dealsTitle(money)} ${points}`;
      return { text: words.deals(money), title, tone: 'accent' };
    }
    case 'offer': {
      const text = words.offer(fmt().weekday(reason.until, 'short'));
      return { text, title: points, tone: 'accent' };
    }
    case 'churn': {
      const title = `${words.churnTitle(reason.days, reason.usual_days)} ${points}`;
      return { text: words.churn(reason.days), title, tone: 'bad' };
    }
  }
}
