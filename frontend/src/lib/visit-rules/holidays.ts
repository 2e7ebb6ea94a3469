import type { LocalHoliday } from './requests';

const fold = (text: string) =>
  text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase();

/** Those whose town, province or saint begins like what was typed. */
export function matching(items: LocalHoliday[], q: string): LocalHoliday[] {
  const words = fold(q).split(/\s+/).filter(Boolean);
  return items.filter((one) => {
    const text = fold(`${one.city} ${one.province} ${one.name}`);
    return words.every((word) => text.includes(word));
  });
}

export function byTown(items: LocalHoliday[]): LocalHoliday[] {
  return items.toSorted((a, b) => a.city.localeCompare(b.city, 'it'));
}

/** A town may have several days; one day is one holiday. */
export const keyOf = ({ city, province, month, day }: LocalHoliday) =>
  [province, city, month, day].join(' ');
const same = (a: LocalHoliday, b: LocalHoliday) => keyOf(a) === keyOf(b);

/** With one more; the same day of the same town again takes the other's place. */
export function withDay(items: LocalHoliday[], one: LocalHoliday): LocalHoliday[] {
  return [...items.filter((other) => !same(other, one)), one];
}

export function without(items: LocalHoliday[], one: LocalHoliday): LocalHoliday[] {
  return items.filter((other) => !same(other, one));
}
