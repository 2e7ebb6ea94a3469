import L from 'leaflet';
import { ITALY, drawBase, tint } from './base';
import { encloses } from './encloses';
import { Lasso } from './lasso';
import { SpotLayer, type Dot } from './spots';
import { addTiles } from './tiles';

/** A stop of a tour as the map shows it. */
export interface MapStop {
  id: string;
  lat: number;
  lng: number;
  /** What stands in the marker: its number, or a sign for start and end. */
  text: string;
  /** For whoever cannot see the map. */
  label: string;
  tone: Dot['tone'];
}

/** One map on the page: base, shops, a tour. */
export class Atlas {
  readonly ready: Promise<void>;
  #map: L.Map;
  #dots: SpotLayer;
  #shown: Dot[] = [];
  #lasso: Lasso | undefined;
  #told: (event: L.LeafletMouseEvent) => void = () => {};
  #tour = L.layerGroup();
  #paintBase = () => {};
  #fitted = '';
  #theme = new MutationObserver(() => this.#repaint());
  #size = new ResizeObserver(() => this.#resize());
  /** What was shown last, for as long as nobody has moved the map. */
  #around: L.LatLngBounds | undefined;

  constructor(
    box: HTMLElement,
    private readonly onpick: (id: string) => void,
  ) {
    this.#map = L.map(box, {
      attributionControl: false,
      zoomControl: false,
      zoomSnap: 0.5,
      minZoom: 5,
      maxZoom: 17,
    });
    this.#map.fitBounds(ITALY);
    L.control.zoom({ position: 'topright' }).addTo(this.#map);
    L.control
      .attribution({ prefix: false })
      .addAttribution('Confini © ISTAT / Openpolis CC BY 4.0')
      .addTo(this.#map);
    this.#dots = new SpotLayer((dot) => this.onpick(dot.id)).addTo(this.#map);
    this.#tour.addTo(this.#map);
    this.#size.observe(box);
    this.#map.on('dragstart', () => (this.#around = undefined));
    this.#theme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    this.ready = this.#drawGround();
  }

  async #drawGround() {
    const tiled = await addTiles(this.#map);
    this.#paintBase = await drawBase(this.#map, !tiled);
  }

  showDots(dots: Dot[]) {
    this.#shown = dots;
    this.#dots.show(dots);
    this.#fit('dots', dots);
  }

  /** Tells where the map is clicked. */
  point(onpoint?: (lat: number, lng: number) => void) {
    this.#map.off('click', this.#told);
    this.#told = ({ latlng }) => onpoint?.(latlng.lat, latlng.lng);
    if (onpoint) this.#map.on('click', this.#told);
    this.#map.getContainer().classList.toggle('pointing', onpoint !== undefined);
  }

  /** Rings around what is chosen. */
  ring(ids: ReadonlySet<string>) {
    this.#dots.ring(ids);
  }

  /** From now on a line drawn around shops chooses them; without `onchosen` the map moves again. */
  lasso(onchosen?: (ids: string[]) => void) {
    this.#lasso?.end();
    this.#lasso = undefined;
    if (!onchosen) return;
    this.#lasso = new Lasso(this.#map, (corners) => {
      const inside = this.#shown.filter(({ lat, lng }) => encloses(corners, [lat, lng]));
      onchosen(inside.map(({ id }) => id));
    });
  }

  showTour(stops: MapStop[], line: L.LatLngTuple[]) {
    this.#tour.clearLayers();
    if (line.length > 1) {
      const way = { interactive: false, lineJoin: 'round' } as const;
      L.polyline(line, { ...way, color: tint('surface'), weight: 6 }).addTo(this.#tour);
      L.polyline(line, { ...way, color: tint('accent'), weight: 3 }).addTo(this.#tour);
    }
    for (const stop of stops) {
      const icon = L.divIcon({ className: `map-stop tone-${stop.tone}`, iconSize: [26, 26] });
      const marker = L.marker([stop.lat, stop.lng], { icon, alt: stop.label, title: stop.label });
      marker.on('click', () => this.onpick(stop.id)).addTo(this.#tour);
      const element = marker.getElement();
      if (!element) continue;
      element.textContent = stop.text;
      element.setAttribute('aria-label', stop.label);
    }
    this.#fit('tour', stops);
  }

  #repaint() {
    this.#paintBase();
    this.#dots.draw();
    this.#tour.eachLayer((layer) => {
      if (!(layer instanceof L.Polyline)) return;
      const wide = (layer.options.weight ?? 0) > 4;
      layer.setStyle({ color: tint(wide ? 'surface' : 'accent') });
    });
  }

  remove() {
    this.#lasso?.end();
    this.#theme.disconnect();
    this.#size.disconnect();
    this.#map.remove();
  }

  /** Shows all of it once; what a person has moved to since stays. */
  #fit(what: string, places: { id: string; lat: number; lng: number }[]) {
    const key = what + places.map(({ id }) => id).join();
    if (places.length === 0 || key === this.#fitted) return;
    this.#fitted = key;
    const around = L.latLngBounds(places.map(({ lat, lng }) => [lat, lng]));
    this.#around = around.pad(0.08);
    this.#show();
  }

  #show() {
    if (this.#around) this.#map.fitBounds(this.#around, { maxZoom: 14, animate: false });
  }

  /** A turned phone or another column's width: all of it stays in sight. */
  #resize() {
    this.#map.invalidateSize({ animate: false });
    this.#show();
  }
}
