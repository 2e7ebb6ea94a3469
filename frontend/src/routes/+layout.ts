import { storedLanguage, useLanguage } from '$lib/i18n/index.svelte';

export const ssr = false;
export const trailingSlash = 'never';

export async function load() {
  await useLanguageOfBrowser();
}

/** Italian unless this browser has chosen otherwise; nothing is stored until somebody does. */
async function useLanguageOfBrowser() {
  const stored = storedLanguage();
  if (stored !== null) await useLanguage(stored);
}
