import { tick } from 'svelte';

/** On a long form what is wrong may be out of sight: goes to the first field that is, or to the notice of it. */
export async function toFirstFault(form: HTMLElement): Promise<void> {
  await tick();
  const field = form.querySelector<HTMLElement>('[aria-invalid="true"]');
  if (field) field.focus();
  else form.querySelector('[role="alert"]')?.scrollIntoView({ block: 'center' });
}
