import { describe, expect, it } from 'vitest';
import { dayKey, emptyDay, type BoardDay, type BoardStop } from '$lib/tours/board';
import { changed, cheapest, draftsBetween, type Change } from './adjust';

const stop = (key: string, lat: number, more: Partial<BoardStop> = {}): BoardStop => ({
  key,
  visitId: null,
  placeId: `place ${key}`,
  clientId: key,
  name: key,
  city: null,
  lat,
  lng: 7,
  from: '2026-12-07T08:00:00Z',
  until: '2026-12-07T08:30:00Z',
  minutes: 30,
  fixed: false,
  pinned: false,
  outside: false,
  legSeconds: 600,
  legMeters: 5000,
  reasons: [],
  settled: false,
  ...more,
});

const MON = dayKey('sara', '2026-12-07');
const TUE = dayKey('sara', '2026-12-08');
const days = (): BoardDay[] => [
  {
    ...emptyDay('sara', 'Sara', '2026-12-07'),
    stops: [stop('a', 45.1), stop('b', 45.2), stop('c', 45.3)],
  },
  { ...emptyDay('sara', 'Sara', '2026-12-08'), stops: [stop('d', 45)] },
  emptyDay('sara', 'Sara', '2026-12-09'),
];
const names = (all: BoardDay[]) =>
  all.map(({ stops }) => stops.map(({ key }) => key).join('')).join(' ');

describe('a proposal that is changed', () => {
  it.each<[Change, string, string[]]>([
    [{ kind: 'move', stop: 'a', to: { day: MON, at: 2 } }, 'bca d ', ['2026-12-07']],
    [{ kind: 'move', stop: 'a', to: { day: TUE, at: 0 } }, 'bc ad ', ['2026-12-07', '2026-12-08']],
    [{ kind: 'move', stop: 'd', to: { day: MON, at: 3 } }, 'abcd  ', ['2026-12-07', '2026-12-08']],
    [{ kind: 'remove', stop: 'b' }, 'ac d ', ['2026-12-07']],
    [{ kind: 'add', stop: stop('x', 45.21), day: MON }, 'abxc d ', ['2026-12-07']],
    [{ kind: 'pin', stop: 'b' }, 'abc d ', ['2026-12-07']],
    [{ kind: 'move', stop: 'z', to: { day: TUE, at: 0 } }, 'abc d ', []],
  ])('%o', (change, order, told) => {
    const before = days();
    const after = changed(before, change);
    expect(names(after)).toBe(order);
    expect(draftsBetween(before, after).map(({ day }) => day)).toEqual(told);
    // And back again.
    expect(draftsBetween(after, before).map(({ day }) => day)).toEqual(told);
  });

  it('tells the server the shops in their order, and whose time stands', () => {
    const before = days();
    const pinned = changed(before, { kind: 'pin', stop: 'b' });
    expect(draftsBetween(before, pinned)[0]?.stops).toEqual([
      { place_id: 'place a', pinned: false },
      { place_id: 'place b', pinned: true },
      { place_id: 'place c', pinned: false },
    ]);
  });

  it('shows times as not computed where stops have changed, and nowhere else', () => {
    const after = changed(days(), { kind: 'remove', stop: 'a' });
    expect(after.map(({ estimated }) => estimated)).toEqual([true, false, false]);
  });

  it.each([
    [45.0, 0],
    [45.15, 1],
    [45.4, 3],
  ])('a shop at %f comes at %i', (lat, at) => {
    expect(cheapest(days()[0]!.stops, stop('x', lat))).toBe(at);
  });
});
