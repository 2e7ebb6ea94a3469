import L from 'leaflet';
import { tint } from './base';

/** Shorter strokes are a click that trembled. */
const LEAST_POINTS = 4;

/** A line drawn around something by hand, with mouse, pen or finger; the map stands still meanwhile. */
export class Lasso {
  #line: L.Polygon | undefined;
  #stop = new AbortController();

  constructor(
    private readonly map: L.Map,
    /** The corners of what was drawn, as latitude and longitude. */
    private readonly ondrawn: (corners: [lat: number, lng: number][]) => void,
  ) {
    const box = map.getContainer();
    const { signal } = this.#stop;
    map.dragging.disable();
    box.style.touchAction = 'none';
    box.classList.add('lasso');
    box.addEventListener('pointerdown', this.#begin, { signal, capture: true });
  }

  end() {
    this.#stop.abort();
    this.#line?.remove();
    const box = this.map.getContainer();
    box.style.touchAction = '';
    box.classList.remove('lasso');
    this.map.dragging.enable();
  }

  readonly #begin = (event: PointerEvent) => {
    if (event.button !== 0 || (event.target as Element).closest('.leaflet-control')) return;
    event.preventDefault();
    const drawn = [this.map.mouseEventToLatLng(event)];
    const colour = tint('accent');
    this.#line = L.polygon(drawn, {
      color: colour,
      weight: 2,
      fillOpacity: 0.12,
      interactive: false,
    });
    this.#line.addTo(this.map);
    const stroke = new AbortController();
    const options = { signal: AbortSignal.any([stroke.signal, this.#stop.signal]) };
    window.addEventListener(
      'pointermove',
      (moved) => {
        drawn.push(this.map.mouseEventToLatLng(moved));
        this.#line?.setLatLngs(drawn);
      },
      options,
    );
    const done = () => {
      stroke.abort();
      this.#line?.remove();
      if (drawn.length >= LEAST_POINTS) this.ondrawn(drawn.map(({ lat, lng }) => [lat, lng]));
    };
    window.addEventListener('pointerup', done, options);
    window.addEventListener('pointercancel', done, options);
  };
}
