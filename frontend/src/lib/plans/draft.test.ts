import { describe, expect, it } from 'vitest';
import { dayKey, emptyDay, type BoardDay, type BoardStop } from '$lib/tours/board';
import { changedDays } from './apply';
import { cheapest, Draft } from './draft.svelte';
import { estimatedLeg, retimed } from './retime';

const stop = (
  key: string,
  from: string,
  until: string,
  more: Partial<BoardStop> = {},
): BoardStop => ({
  key,
  visitId: null,
  placeId: key,
  clientId: key,
  name: key,
  city: null,
  lat: 45,
  lng: 7,
  from: `2026-12-07T${from}:00.000Z`,
  until: `2026-12-07T${until}:00.000Z`,
  minutes: 30,
  fixed: false,
  outside: false,
  legSeconds: 600,
  legMeters: 5000,
  reasons: [],
  settled: false,
  ...more,
});

function monday(): BoardDay {
  return {
    ...emptyDay('sara', 'Sara', '2026-12-07'),
    startsAt: '2026-12-07T08:00:00.000Z',
    endsAt: '2026-12-07T10:00:00.000Z',
    travelSeconds: 1800,
    meters: 15_000,
    stops: [
      stop('a', '08:10', '08:40', { lat: 45.1 }),
      stop('b', '08:50', '09:20', { lat: 45.2 }),
      stop('c', '09:30', '10:00', { lat: 45.3 }),
    ],
  };
}
const tuesday = (): BoardDay => ({ ...emptyDay('sara', 'Sara', '2026-12-08') });
const MON = dayKey('sara', '2026-12-07');
const TUE = dayKey('sara', '2026-12-08');
const names = (draft: Draft) => draft.days.map(({ stops }) => stops.map(({ key }) => key).join(''));

describe('a proposal that is changed', () => {
  it('moves within a day and between days, and back with its exact times', () => {
    const draft = new Draft();
    draft.start([monday(), tuesday()]);
    draft.move('a', { day: MON, at: 2 });
    expect(names(draft)).toEqual(['bca', '']);
    draft.move('a', { day: TUE, at: 0 });
    expect(names(draft)).toEqual(['bc', 'a']);
    expect(draft.days.map(({ estimated }) => estimated)).toEqual([true, true]);
    draft.move('a', { day: MON, at: 0 });
    expect(names(draft)).toEqual(['abc', '']);
    expect(draft.days[0]).toEqual(monday());
    expect(changedDays(draft.original, draft.days)).toEqual([]);
  });

  it('takes out, puts back and undoes step by step', () => {
    const draft = new Draft();
    draft.start([monday(), tuesday()]);
    draft.remove('b');
    draft.remove('c');
    expect(names(draft)).toEqual(['a', '']);
    draft.putBack(draft.removed[0]!);
    expect(names(draft)).toEqual(['ab', '']);
    expect(draft.removed.map(({ stop: { key } }) => key)).toEqual(['c']);
    draft.undo();
    draft.undo();
    expect(names(draft)).toEqual(['ac', '']);
    draft.reset();
    expect([names(draft), draft.changed]).toEqual([['abc', ''], false]);
  });

  it('adds what was left out where it is least out of the way', () => {
    const draft = new Draft();
    draft.start([monday(), tuesday()]);
    draft.add(stop('x', '08:00', '08:30', { lat: 45.21 }), MON);
    expect(names(draft)).toEqual(['abxc', '']);
    expect(changedDays(draft.original, draft.days).map(({ key }) => key)).toEqual([MON]);
  });

  it.each([
    [45.0, 0],
    [45.15, 1],
    [45.4, 3],
  ])('a shop at %f comes at %i', (lat, at) => {
    expect(cheapest(monday().stops, stop('x', '08:00', '08:30', { lat }))).toBe(at);
  });
});

describe('estimated times', () => {
  it('keep the drives that are known', () => {
    const day = monday();
    const [a, , c] = day.stops;
    const next = retimed(day, [a!, c!]);
    expect(next.stops[0]).toMatchObject({ from: day.stops[0]!.from, legSeconds: 600 });
    // From a straight to c is another drive.
    const leg = estimatedLeg(a!, c!);
    expect(next.stops[1]!.legSeconds).toBe(leg.seconds);
    expect(next.travelSeconds).toBe(600 + leg.seconds);
    expect(next.estimated).toBe(true);
  });

  it('let an agreed time stand, and wait for it', () => {
    const day = monday();
    const [a, b, c] = day.stops;
    const fixed = { ...c!, fixed: true, from: '2026-12-07T11:00:00.000Z' };
    const next = retimed(day, [a!, b!, fixed]);
    expect(next.stops[2]).toMatchObject({
      from: '2026-12-07T11:00:00.000Z',
      until: '2026-12-07T11:30:00.000Z',
    });
  });

  it('have the break where it was', () => {
    const day = monday();
    day.lunchAt = '2026-12-07T09:20:00.000Z';
    day.stops[2] = { ...day.stops[2]!, from: '2026-12-07T10:15:00.000Z' };
    // 45 minutes: from 09:20 to 10:15 less ten minutes of driving.
    const next = retimed(day, [day.stops[1]!, day.stops[0]!, day.stops[2]!]);
    const [, second, third] = next.stops;
    const gap = Date.parse(third!.from) - Date.parse(second!.until);
    expect(gap / 1000 - third!.legSeconds).toBe(45 * 60);
  });

  it('agree with the server’s estimate', () => {
    // Torino to Milano: some 126 km in a straight line.
    const leg = estimatedLeg({ lat: 45.07, lng: 7.69 }, { lat: 45.46, lng: 9.19 });
    expect(leg.meters).toBeGreaterThan(155_000);
    expect(leg.meters).toBeLessThan(170_000);
    expect(leg.seconds / 60).toBeGreaterThan(95);
    expect(leg.seconds / 60).toBeLessThan(115);
    expect(estimatedLeg(null, { lat: 45, lng: 7 }).seconds).toBe(0);
  });
});
