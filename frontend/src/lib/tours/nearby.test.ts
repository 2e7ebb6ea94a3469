import { describe, expect, it } from 'vitest';
import { detourOf, nearTour } from './nearby';
import type { Tour } from './requests';

const stop = (place_id: string, lat: number, status = 'planned') => ({
  visit: { place_id, lat, lng: 7.6, status },
});
const tour = {
  start_place: { label: 'Casa', lat: 45, lng: 7.6 },
  end_place: { label: 'Casa', lat: 45, lng: 7.6 },
  stops: [stop('a', 45.1, 'done'), stop('b', 45.2), stop('c', 45.3)],
} as unknown as Tour;
const shop = (id: string, lat: number, urgency = 1, lng = 7.6) => ({
  id,
  name: id,
  lat,
  lng,
  urgency,
  standing: 'due',
});

describe('a shop near a tour', () => {
  it('comes where it costs least', () => {
    expect(detourOf(tour, shop('x', 45.25), 0).at).toBe(2);
    expect(detourOf(tour, shop('x', 45.05), 0).at).toBe(0);
    // What is behind is behind.
    expect(detourOf(tour, shop('x', 45.05), 1).at).toBe(3);
  });

  it('costs nothing on the way, and more the farther it is off', () => {
    // Another stop costs the time to park, too.
    expect(detourOf(tour, shop('x', 45.25), 1).detour).toBeLessThan(600);
    expect(detourOf(tour, shop('x', 45.25, 1, 7.9), 1).detour).toBeGreaterThan(1200);
  });

  it('is listed by urgency and way; those of the tour and those too far are not', () => {
    const shops = [
      shop('c', 45.3),
      shop('far', 46.5, 3),
      shop('off', 45.25, 1, 7.75),
      shop('on', 45.25),
    ];
    expect(nearTour(tour, shops).map(({ id }) => id)).toEqual(['on', 'off']);
    const urgent = [shop('off', 45.25, 2.5, 7.75), shop('on', 45.25, 0.7)];
    expect(nearTour(tour, urgent).map(({ id }) => id)).toEqual(['off', 'on']);
  });
});
