import { readSources } from '$lib/campaigns/requests';
import { readLostReasons } from '$lib/pipelines/requests';

let labels = $state.raw(new Map<string, string>());
let asked = false;

/**
 * What a reason or a source is called, where the figures know only its id: those that every company has from the
 * beginning were never announced.
 */
export function labelOfId(id: string | null | undefined): string | undefined {
  if (!id) return undefined;
  if (!asked) {
    asked = true;
    void load();
  }
  return labels.get(id);
}

async function load() {
  const lists = await Promise.all([
    readLostReasons().catch(() => []),
    readSources().catch(() => []),
  ]);
  labels = new Map(lists.flat().map(({ id, name }) => [id, name]));
}
