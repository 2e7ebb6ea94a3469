import { describe, expect, it } from 'vitest';
import { cluster, pin, unpin } from './cluster';

const world = { west: 0, east: 1, north: 0, south: 1 };
const spot = (id: string, lat: number, lng: number, rank = 0) => ({ id, lat, lng, rank });

describe('spots on the map', () => {
  it('come back from where they were put', () => {
    const [lat, lng] = unpin(pin(spot('torino', 45.07, 7.69)));
    expect(lat).toBeCloseTo(45.07, 9);
    expect(lng).toBeCloseTo(7.69, 9);
    expect(pin(spot('greenwich', 0, 0))).toMatchObject({ x: 0.5, y: 0.5 });
  });

  it('are one from afar and several from near, and none is lost', () => {
    const pins = [
      spot('centro', 45.07, 7.69, 1),
      spot('lingotto', 45.03, 7.66, 3),
      spot('roma', 41.9, 12.5),
    ].map(pin);
    const afar = cluster(pins, 6, 64, world);
    expect(afar.map(({ spots }) => spots.length).sort()).toEqual([1, 2]);
    expect(afar.find(({ spots }) => spots.length === 2)?.top.id).toBe('lingotto');
    expect(cluster(pins, 14, 64, world)).toHaveLength(3);
    expect(cluster(pins, 6, 0, world)).toHaveLength(3);
  });

  it('stand in the middle of those they stand for', () => {
    const two = [spot('a', 45, 7), spot('b', 45, 7.001)].map(pin);
    const [one] = cluster(two, 8, 64, world);
    expect(unpin(one!)[1]).toBeCloseTo(7.0005, 9);
  });

  it('outside the view are left out', () => {
    const pins = [spot('torino', 45.07, 7.69), spot('roma', 41.9, 12.5)].map(pin);
    const view = { west: 0, east: 0.53, north: 0, south: 1 };
    expect(cluster(pins, 6, 64, view).map(({ top }) => top.id)).toEqual(['torino']);
  });
});
