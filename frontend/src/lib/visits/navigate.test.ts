import { describe, expect, it } from 'vitest';
import { addressOf, NAVIGATORS, wayThere, wholeWay, type Whereabouts } from './navigate';

const shop: Whereabouts = {
  lat: 45.07,
  lng: 7.69,
  place_name: 'Svapo & Co. (centro)',
  street: 'Via Po 1',
  city: 'Torino',
  province: 'TO',
};
const nowhere: Whereabouts = { ...shop, lat: null, lng: null };

describe('the way to a shop', () => {
  it.each([
    [
      'google',
      'https://www.google.com/maps/dir/?api=1&travelmode=driving&destination=45.07%2C7.69',
    ],
    ['apple', 'https://maps.apple.com/?dirflg=d&daddr=45.07,7.69'],
    ['waze', 'https://waze.com/ul?navigate=yes&ll=45.07%2C7.69'],
    ['geo', 'geo:45.07,7.69?q=45.07,7.69(Svapo%20%26%20Co.%20(centro))'],
  ] as const)('%s', (app, url) => expect(wayThere(app, shop)).toBe(url));

  it('is asked for by address when nobody knows where it is', () => {
    for (const app of NAVIGATORS) {
      expect(wayThere(app, nowhere)).toContain('Via%20Po%201%2C%20Torino%20(TO)');
    }
    expect(addressOf({ place_name: 'Chiosco', city: null })).toBe('Chiosco');
  });

  it('through all stops ends at the last', () => {
    const stops = [shop, nowhere, { ...shop, lat: 45.1 }, { ...shop, lat: 45.2 }];
    expect(wholeWay(stops)).toBe(
      'https://www.google.com/maps/dir/?api=1&travelmode=driving&destination=45.2%2C7.69&waypoints=45.07%2C7.69%7C45.1%2C7.69',
    );
    expect(wholeWay([nowhere])).toBeUndefined();
  });
});
