import type { CoverageLine } from './requests';

type Counts = Pick<CoverageLine, 'places' | 'within' | 'due' | 'overdue' | 'never'>;

/** How many of a hundred shops were seen in time; a dash where there are none. */
export function share({ within, places }: Pick<Counts, 'within' | 'places'>): string {
  if (places === 0) return '–';
  // Never 100 % while one is missing, never 0 % while one was seen.
  const percent = Math.round((within / places) * 100);
  const honest = within < places ? Math.min(percent, 99) : percent;
  return `${within > 0 ? Math.max(honest, 1) : 0} %`;
}

/** The parts of a line, which together are its shops: seen and not due, due, overdue, never seen. */
export function parts({ within, due, overdue, never }: Counts) {
  return [
    { standing: 'fine', count: within - due },
    { standing: 'due', count: due },
    { standing: 'overdue', count: overdue },
    { standing: 'never', count: never },
  ] as const;
}

/** Those behind first: most shops not seen in time, then the lower share. */
export function worstFirst<L extends Counts>(lines: L[]): L[] {
  const missing = (line: Counts) => line.places - line.within;
  return lines.toSorted((a, b) => missing(b) - missing(a) || b.places - a.places);
}
