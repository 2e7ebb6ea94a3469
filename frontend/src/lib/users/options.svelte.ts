import { api, ask, type Schemas } from '$lib/api/client';
import { session } from '$lib/sessions/session.svelte';

type Option = Schemas['UserOption'];

let options = $state.raw<Option[]>([]);
let asked = false;

/** The people records may be assigned to, oneself first. Read once; empty until it has come. */
export function assignableUsers(): Option[] {
  if (!asked) {
    asked = true;
    void load();
  }
  return options;
}

async function load() {
  try {
    const { items } = await ask(api.GET('/api/v1/users/options'));
    const me = session.user?.id;
    options = items.toSorted((a, b) => Number(b.id === me) - Number(a.id === me));
  } catch {
    asked = false;
  }
}

export function userName(id: string): string | undefined {
  return assignableUsers().find((user) => user.id === id)?.name;
}
