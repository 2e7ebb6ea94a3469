import { Remote } from '$lib/api/remote.svelte';
import { readDefinitions, type Definition } from './requests';

const all = new Remote<Record<string, Definition>>();
let asked = false;

/** What a figure means; read once, when somebody first asks. */
export function definitionOf(name: string): Definition | undefined {
  return all.value?.[name];
}

export function loadDefinitions(): void {
  if (asked && !all.problem) return;
  asked = true;
  void all.load(async () =>
    Object.fromEntries((await readDefinitions()).map((one) => [one.name, one])),
  );
}

export const definitionsFailed = () => all.problem !== undefined;
