import type { FeatureCollection, Geometry } from 'geojson';
import L from 'leaflet';
import 'leaflet/dist/leaflet.css';
import './map.css';
import { feature } from 'topojson-client';
import type { Topology } from 'topojson-specification';

/** Town, latitude, longitude, thousands of inhabitants. */
type Town = [name: string, lat: number, lng: number, thousands: number];

export const ITALY: L.LatLngBoundsExpression = [
  [36.6, 6.6],
  [47.1, 18.6],
];

/** A colour of the theme, as a canvas wants it. */
export const tint = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

let outlines: Promise<[FeatureCollection<Geometry>, FeatureCollection<Geometry>, Town[]]>;

/** The country's own outlines and towns: enough to know where one is with no tile server at all. */
async function load() {
  const [shapes, towns] = await Promise.all([
    fetch('/map/italia.topojson').then((answer) => answer.json() as Promise<Topology>),
    fetch('/map/towns.json').then((answer) => answer.json() as Promise<Town[]>),
  ]);
  const read = (name: string) =>
    feature(shapes, shapes.objects[name]!) as unknown as FeatureCollection<Geometry>;
  return [read('province'), read('regioni'), towns] as [
    FeatureCollection<Geometry>,
    FeatureCollection<Geometry>,
    Town[],
  ];
}

/** From this zoom on, towns with so many thousand inhabitants are named. */
const NAMED: [zoom: number, thousands: number][] = [
  [5, 600],
  [6, 250],
  [7, 120],
  [8, 0],
];

function nameTowns(map: L.Map, layer: L.LayerGroup, towns: Town[]) {
  layer.clearLayers();
  const least = NAMED.filter(([zoom]) => map.getZoom() >= zoom).at(-1)?.[1] ?? Infinity;
  const view = map.getBounds();
  for (const [name, lat, lng, thousands] of towns) {
    if (thousands < least || !view.contains([lat, lng])) continue;
    const icon = L.divIcon({ className: 'town', html: '', iconSize: [0, 0] });
    const marker = L.marker([lat, lng], {
      icon,
      interactive: false,
      keyboard: false,
      pane: 'tilePane',
    });
    layer.addLayer(marker);
    const label = document.createElement('span');
    label.textContent = name;
    marker.getElement()?.append(label);
  }
}

/** Draws provinces, regions and, where no tiles name them, towns; call the answer after the theme has changed. */
export async function drawBase(map: L.Map, named = true): Promise<() => void> {
  outlines ??= load();
  const [provinces, regions, towns] = await outlines.catch((failed) => {
    outlines = undefined as never;
    throw failed;
  });
  const renderer = L.canvas({ padding: 0.4, pane: 'tilePane' });
  const common = { interactive: false, renderer, pane: 'tilePane' };
  const land = L.geoJSON(provinces, common).addTo(map);
  const borders = L.geoJSON(regions, common).addTo(map);
  const names = L.layerGroup().addTo(map);
  const label = () => named && nameTowns(map, names, towns);
  const paint = () => {
    land.setStyle({ color: tint('line'), weight: 0.7, fillColor: tint('surface'), fillOpacity: 1 });
    borders.setStyle({ color: tint('line-strong'), weight: 1, fill: false });
  };
  map.on('moveend', label);
  paint();
  label();
  return paint;
}
