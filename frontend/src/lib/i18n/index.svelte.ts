import { Formats } from './format';
import { it, type Dict } from './it';

export type Language = 'it' | 'en';
export const LANGUAGES: Language[] = ['it', 'en'];

const KEY = 'nexus.locale';

let language = $state<Language>('it');
let dict = $state.raw<Dict>(it);
let formats = $state.raw(new Formats('it'));

/** The words of the current language. */
export const t = (): Dict => dict;

/** Numbers, money and dates in the current language. */
export const fmt = (): Formats => formats;

export const currentLanguage = (): Language => language;

export async function useLanguage(wanted: string | null | undefined): Promise<void> {
  const next: Language = wanted === 'en' ? 'en' : 'it';
  dict = next === 'en' ? (await import('./en')).en : it;
  formats = new Formats(next);
  language = next;
  localStorage.setItem(KEY, next);
  document.documentElement.lang = next;
}

export const storedLanguage = (): string | null => localStorage.getItem(KEY);
