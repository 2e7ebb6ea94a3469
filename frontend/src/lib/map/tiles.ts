import L from 'leaflet';
import { credentials } from '$lib/api/client';

/** What the server says of its tiles. */
interface Ground {
  available: boolean;
  /** Whose map it is; text, never markup. */
  attribution?: string;
  max_zoom?: number;
}

let ground: Promise<Ground> | undefined;

const ask = (): Promise<Ground> =>
  fetch('/tiles')
    .then((answer) => (answer.ok ? (answer.json() as Promise<Ground>) : { available: false }))
    .catch(() => {
      // Without signal this time; perhaps with it the next.
      ground = undefined;
      return { available: false };
    });

/** Tiles are for whoever is signed in, so they are fetched with the token, which an image alone would not carry. */
class SignedTiles extends L.GridLayer {
  override createTile({ z, x, y }: L.Coords, done: L.DoneCallback): HTMLElement {
    const image = document.createElement('img');
    image.alt = '';
    const load = async () => {
      const answer = await credentials.fetch(new Request(`/tiles/${z}/${x}/${y}`));
      if (!answer.ok) throw new Error(`tile ${answer.status}`);
      const url = URL.createObjectURL(await answer.blob());
      const end = (failed?: Error) => {
        URL.revokeObjectURL(url);
        done(failed, image);
      };
      image.onload = () => end();
      image.onerror = () => end(new Error('no picture'));
      image.src = url;
    };
    load().catch((failed: Error) => done(failed, image));
    return image;
  }
}

function plain(text: string): string {
  return Object.assign(document.createElement('span'), { textContent: text }).innerHTML;
}

/** Lays a map of streets over the outlines, where the company has one. What does not load lets the outlines through. */
export async function addTiles(map: L.Map): Promise<boolean> {
  ground ??= ask();
  const { available, attribution, max_zoom } = await ground;
  if (!available) return false;
  const options = { maxNativeZoom: max_zoom, maxZoom: 17, className: 'map-tiles' };
  new SignedTiles({ ...options, attribution: plain(attribution ?? '') }).addTo(map);
  return true;
}
