import { Problem } from '$lib/api/problem';
import { t } from '$lib/i18n/index.svelte';
import { explain } from '$lib/i18n/problems';
import { toasts } from '$lib/ui/toasts.svelte';
import { reopenVisit, type Visit } from './requests';

/** Says that a visit was missed or cancelled; taken back, it is to come again. */
export function sayFallen(visit: Visit, onreopened: (visit: Visit) => void) {
  const words = visit.status === 'missed' ? t().visits.missedToast : t().visits.cancelledToast;
  const undo = async () => {
    try {
      onreopened(await reopenVisit(visit));
    } catch (thrown) {
      toasts.say(explain(Problem.from(thrown)), { tone: 'bad' });
    }
  };
  toasts.say(words(visit.client_name), { undo: () => void undo() });
}
