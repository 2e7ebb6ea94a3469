import L from 'leaflet';
import { credentials } from '$lib/api/client';

/** What the server says of its tiles. */
interface Ground {
  available: boolean;
  attribution?: string;
  max_zoom?: number;
}

let ground: Promise<Ground> | undefined;

const ask = () =>
  credentials
    .fetch(new Request('/api/v1/tiles'))
    .then((answer) => (answer.ok ? (answer.json() as Promise<Ground>) : { available: false }))
    .catch(() => ({ available: false }));

/** Lays a map of streets over the outlines, where the company has one. What does not load lets the outlines through. */
export async function addTiles(map: L.Map): Promise<boolean> {
  ground ??= ask();
  const { available, attribution, max_zoom } = await ground;
  if (!available) return false;
  L.tileLayer('/tiles/{z}/{x}/{y}', {
    attribution,
    maxNativeZoom: max_zoom,
    maxZoom: 17,
    className: 'map-tiles',
  }).addTo(map);
  return true;
}
