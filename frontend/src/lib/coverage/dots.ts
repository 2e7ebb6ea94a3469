import type { Dot } from '$lib/map/spots';
import type { Colours } from './filters';
import type { MapSpot, Standing } from './requests';

type Tone = Dot['tone'];

/** What a colour on the map stands for, and which of two in one place is shown. */
interface Shade {
  tone: Tone;
  rank: number;
}

const BY_STANDING: Record<Standing, Shade> = {
  overdue: { tone: 'bad', rank: 3 },
  never: { tone: 'accent', rank: 2 },
  due: { tone: 'warn', rank: 1 },
  fine: { tone: 'good', rank: 0 },
};
const BY_CLASS: Record<string, Shade> = {
  A: { tone: 'accent', rank: 3 },
  B: { tone: 'good', rank: 2 },
  C: { tone: 'warn', rank: 1 },
};
const NO_CLASS: Shade = { tone: 'muted', rank: 0 };

function shade([, , , , , standing, klass]: MapSpot, colours: Colours): Shade {
  if (colours === 'class') return BY_CLASS[klass ?? ''] ?? NO_CLASS;
  return BY_STANDING[standing];
}

/** Shops as dots of the map. */
export function dotsOf(spots: MapSpot[], colours: Colours): Dot[] {
  return spots.map((spot) => {
    const [id, , lat, lng, urgency] = spot;
    const { tone, rank } = shade(spot, colours);
    // Within a colour the more urgent one is on top.
    return { id, lat, lng, tone, rank: rank + Math.min(urgency, 99_900) / 100_000 };
  });
}

/** The colours that a map shows, worst first, with how many shops have each. */
export function legendOf(
  spots: MapSpot[],
  colours: Colours,
): { key: string; tone: Tone; count: number }[] {
  const known: Record<string, Shade> =
    colours === 'class' ? { ...BY_CLASS, '': NO_CLASS } : BY_STANDING;
  const counts = new Map<string, number>();
  for (const [, , , , , standing, klass] of spots) {
    const key = colours === 'class' ? (klass && klass in BY_CLASS ? klass : '') : standing;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return Object.entries(known)
    .toSorted(([, a], [, b]) => b.rank - a.rank)
    .map(([key, { tone }]) => ({ key, tone, count: counts.get(key) ?? 0 }));
}
