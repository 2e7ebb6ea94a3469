/** Where a stop is, as far as it is known. */
export interface Whereabouts {
  lat?: number | null;
  lng?: number | null;
  place_name: string;
  street?: string | null;
  city?: string | null;
  province?: string | null;
}

export type Navigator = 'google' | 'apple' | 'waze' | 'geo';
export const NAVIGATORS: Navigator[] = ['google', 'apple', 'waze', 'geo'];

const point = ({ lat, lng }: Whereabouts) =>
  lat == null || lng == null ? undefined : `${lat},${lng}`;

/** The address as one writes it; the shop's name where there is none. */
export function addressOf(place: Whereabouts): string {
  const town = [place.city, place.province && `(${place.province})`].filter(Boolean).join(' ');
  return [place.street, town].filter(Boolean).join(', ') || place.place_name;
}

/** Opens the way there in an app of the phone. Coordinates lead to the door, an address to the street. */
export function wayThere(app: Navigator, place: Whereabouts): string {
  const at = point(place);
  const text = encodeURIComponent(addressOf(place));
  switch (app) {
    case 'google':
      return `https://www.google.com/maps/dir/?api=1&travelmode=driving&destination=${at ? encodeURIComponent(at) : text}`;
    case 'apple':
      return `https://maps.apple.com/?dirflg=d&daddr=${at ?? text}`;
    case 'waze':
      return `https://waze.com/ul?navigate=yes&${at ? `ll=${encodeURIComponent(at)}` : `q=${text}`}`;
    case 'geo':
      return `geo:${at ?? '0,0'}?q=${at ? `${at}(${encodeURIComponent(place.place_name)})` : text}`;
  }
}

const KEY = 'nexus.navigator';

/** The app that was used last on this device. */
export function usualNavigator(): Navigator {
  const stored = localStorage.getItem(KEY);
  return NAVIGATORS.find((app) => app === stored) ?? 'google';
}

export const keepNavigator = (app: Navigator) => localStorage.setItem(KEY, app);

/** A whole tour for Google Maps: it takes ten stops at most. */
export function wholeWay(stops: Whereabouts[]): string | undefined {
  const known = stops.filter((stop) => point(stop)).slice(0, 10);
  const last = known.at(-1);
  if (!last) return undefined;
  const between = known.slice(0, -1).map((stop) => point(stop));
  const via = between.length > 0 ? `&waypoints=${encodeURIComponent(between.join('|'))}` : '';
  return `${wayThere('google', last)}${via}`;
}
