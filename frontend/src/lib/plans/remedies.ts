import { fmt, t } from '$lib/i18n/index.svelte';
import type { Remedy } from './requests';

/** What would make room, as a sentence. */
export function remedyWords(remedy: Remedy): string {
  const words = t().plans.remedies;
  switch (remedy.kind) {
    case 'other_time':
      return words.otherTime(fmt().weekday(remedy.at.slice(0, 10), 'short'), fmt().time(remedy.at));
    case 'longer_day':
      return words.longerDay(fmt().weekday(remedy.day, 'short'), remedy.minutes);
    case 'shorter':
      return words.shorter(remedy.minutes);
    case 'move_other':
      return words.moveOther(remedy.client_name, fmt().time(remedy.at));
    case 'give_place':
      return words.givePlace;
    default:
      return words.otherDay;
  }
}
