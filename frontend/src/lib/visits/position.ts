import type { Arrival } from './requests';

const WAIT_MS = 8_000;
/** An older fix says where somebody was. */
const FRESH_MS = 30_000;

/** Asks the device where it is, once; nothing when it does not say. */
export function whereAmI(): Promise<Arrival | null> {
  return new Promise((resolve) => {
    if (!('geolocation' in navigator)) {
      resolve(null);
      return;
    }
    navigator.geolocation.getCurrentPosition(
      ({ coords, timestamp }) =>
        resolve({
          lat: coords.latitude,
          lng: coords.longitude,
          accuracy_m: Math.round(coords.accuracy),
          position_at: new Date(timestamp).toISOString(),
          at: null,
        }),
      () => resolve(null),
      { enableHighAccuracy: true, timeout: WAIT_MS, maximumAge: FRESH_MS },
    );
  });
}

export type PositionChoice = 'ask' | 'with' | 'without';

const KEY = 'nexus.check_in_position';

export function usualChoice(): PositionChoice {
  const stored = localStorage.getItem(KEY);
  return stored === 'with' || stored === 'without' ? stored : 'ask';
}

export const keepChoice = (choice: PositionChoice) => localStorage.setItem(KEY, choice);
