import type { Dot } from '$lib/map/spots';
import type { Colours } from './filters';
import type { MapSpot } from './requests';

type Tone = Dot['tone'];

/** What a colour on the map stands for; of two in one place the higher rank shows. */
interface Shade {
  key: string;
  tone: Tone;
  rank: number;
}

const BY_STANDING: Shade[] = [
  { key: 'overdue', tone: 'bad', rank: 3 },
  { key: 'never', tone: 'accent', rank: 2 },
  { key: 'due', tone: 'warn', rank: 1 },
  { key: 'fine', tone: 'good', rank: 0 },
];
/** Without a class the key is empty. */
const BY_CLASS: Shade[] = [
  { key: 'A', tone: 'accent', rank: 3 },
  { key: 'B', tone: 'good', rank: 2 },
  { key: 'C', tone: 'warn', rank: 1 },
  { key: '', tone: 'muted', rank: 0 },
];
const BY_VALUE: Shade[] = [
  { key: 'high', tone: 'accent', rank: 3 },
  { key: 'middle', tone: 'good', rank: 2 },
  { key: 'low', tone: 'warn', rank: 1 },
  { key: 'none', tone: 'muted', rank: 0 },
];

/** Where the upper and the lower third of those who ordered begin and end, in cents. */
export function thirds(spots: MapSpot[]): [low: number, high: number] {
  const values = spots
    .map((spot) => spot[7])
    .filter((cents) => cents > 0)
    .toSorted((a, b) => a - b);
  const at = (share: number) => values[Math.floor(values.length * share)] ?? Infinity;
  return [at(1 / 3), at(2 / 3)];
}

/** Which colour each shop has. */
function shader(
  spots: MapSpot[],
  colours: Colours,
): { all: Shade[]; of: (spot: MapSpot) => Shade } {
  const pick = (all: Shade[], key: (spot: MapSpot) => string) => {
    const byKey = new Map(all.map((shade) => [shade.key, shade]));
    return { all, of: (spot: MapSpot) => byKey.get(key(spot)) ?? all.at(-1)! };
  };
  if (colours === 'class') return pick(BY_CLASS, (spot) => spot[6] ?? '');
  if (colours === 'urgency') return pick(BY_STANDING, (spot) => spot[5]);
  const [low, high] = thirds(spots);
  return pick(BY_VALUE, ({ 7: cents }) => {
    if (cents <= 0) return 'none';
    return cents >= high ? 'high' : cents >= low ? 'middle' : 'low';
  });
}

/** Shops as dots of the map. */
export function dotsOf(spots: MapSpot[], colours: Colours): Dot[] {
  const { of } = shader(spots, colours);
  return spots.map((spot) => {
    const [id, , lat, lng, urgency] = spot;
    const { tone, rank } = of(spot);
    // Within a colour the more urgent one is on top.
    return { id, lat, lng, tone, rank: rank + Math.min(urgency, 99_900) / 100_000 };
  });
}

/** The colours that a map shows, the highest rank first, with how many shops have each. */
export function legendOf(
  spots: MapSpot[],
  colours: Colours,
): { key: string; tone: Tone; count: number }[] {
  const { all, of } = shader(spots, colours);
  const counts = new Map<string, number>();
  for (const spot of spots) {
    const { key } = of(spot);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return all.map(({ key, tone }) => ({ key, tone, count: counts.get(key) ?? 0 }));
}
