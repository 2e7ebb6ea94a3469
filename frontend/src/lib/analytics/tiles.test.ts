import { expect, it } from 'vitest';
import { added, EVERYTHING, missing, moved, removed, resized, TILES, type Placed } from './tiles';

const three: Placed[] = [
  { tile: 'funnel', width: 'half' },
  { tile: 'agents', width: 'full' },
  { tile: 'leads', width: 'third' },
];
const names = (tiles: Placed[]) => tiles.map(({ tile }) => tile).join(' ');

it.each([
  ['leads', 0, 'leads funnel agents'],
  ['funnel', 1, 'agents funnel leads'],
  ['funnel', 9, 'agents leads funnel'],
  ['agents', -1, 'agents funnel leads'],
  ['tours', 0, 'funnel agents leads'],
] as const)('%s moves to %s', (tile, to, expected) => {
  expect(names(moved(three, tile, to))).toBe(expected);
});

it('a tile is there once', () => {
  expect(added(three, 'funnel')).toBe(three);
  expect(names(added(three, 'tours'))).toBe('funnel agents leads tours');
  expect(names(removed(three, 'agents'))).toBe('funnel leads');
  expect(missing(EVERYTHING)).toEqual([]);
  expect(missing(three)).toHaveLength(TILES.length - 3);
});

it('a tile has three widths, one after the other', () => {
  const widths = [resized(three, 'leads'), resized(resized(three, 'leads'), 'leads')];
  expect(widths.map((tiles) => tiles[2]!.width)).toEqual(['half', 'full']);
  expect(resized(three, 'agents')[1]!.width).toBe('third');
});
