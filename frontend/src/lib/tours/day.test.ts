import { describe, expect, it } from 'vitest';
import { beginsAt, drivingShare, expectedAt, nextStop, progressOf } from './day';
import type { Stop } from './requests';

const stop = (status: string, arrives: string, leaves: string, waiting = 0) =>
  ({
    arrives_at: `2026-11-30T${arrives}:00Z`,
    leaves_at: `2026-11-30T${leaves}:00Z`,
    waiting_seconds: waiting,
    visit: { status },
  }) as Stop;
const at = (time: string) => new Date(`2026-11-30T${time}:00Z`);

const first = stop('done', '08:00', '08:30');
const missed = stop('missed', '09:00', '09:30');
const cancelled = stop('cancelled', '09:40', '10:00');
const planned = stop('planned', '10:00', '10:40', 600);
const inside = stop('under_way', '10:00', '10:40', 600);

describe('a day', () => {
  it('is as far as its visits', () => {
    const stops = [first, missed, cancelled, planned];
    expect(progressOf(stops, at('09:00'))).toEqual({ done: 1, missed: 1, all: 3, late: 0 });
    expect(nextStop(stops)).toBe(planned);
    expect(nextStop([planned, inside])).toBe(inside);
    expect(nextStop([first, missed])).toBeUndefined();
  });

  it.each([
    // Waiting for the door to open is no delay.
    [planned, '10:10', 0],
    [planned, '10:14', 0],
    [planned, '10:25', 900],
    // Who is in the shop is late once they should have left.
    [inside, '10:40', 0],
    [inside, '11:00', 1200],
  ])('is late from what is next', (next, now, late) => {
    expect(progressOf([first, next], at(now)).late).toBe(late);
  });

  it('expects the next stops so much later', () => {
    expect(beginsAt(planned)).toBe('2026-11-30T10:10:00.000Z');
    expect(expectedAt(planned, 900)).toBe('2026-11-30T10:25:00.000Z');
  });

  it('shows driving as a share', () => {
    const tour = { starts_at: '2026-11-30T08:00:00Z', ends_at: '2026-11-30T16:00:00Z' };
    expect(drivingShare({ ...tour, travel_seconds: 7200 })).toBe(0.25);
    expect(drivingShare({ ...tour, ends_at: tour.starts_at, travel_seconds: 7200 })).toBe(0);
  });
});
