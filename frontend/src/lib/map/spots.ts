import L from 'leaflet';
import { tint } from './base';
import { cluster, pin, unpin, type Cluster, type Pin, type Spot } from './cluster';

/** A spot with the colour of its state. */
export interface Dot extends Spot {
  tone: 'good' | 'warn' | 'bad' | 'muted' | 'accent';
}

interface Drawn {
  group: Cluster<Dot>;
  at: L.Point;
  radius: number;
}

const SIDE = 56;
/** From here on shops stand alone, however near. */
const ALONE = 14;

const radiusOf = (count: number) => (count === 1 ? 6 : Math.min(24, 11 + 4 * Math.log10(count)));

/** Thousands of shops on one canvas, gathered where they would cover each other. */
export class SpotLayer extends L.Layer {
  #canvas = L.DomUtil.create('canvas', 'leaflet-zoom-hide') as HTMLCanvasElement;
  #pins: Pin<Dot>[] = [];
  #drawn: Drawn[] = [];
  #ringed: ReadonlySet<string> = new Set();
  #frame = 0;

  constructor(private readonly onpick: (dot: Dot) => void) {
    super();
  }

  show(dots: Dot[]) {
    this.#pins = dots.map(pin);
    this.#soon();
  }

  ring(ids: ReadonlySet<string>) {
    if (ids.size + this.#ringed.size === 0) return;
    this.#ringed = ids;
    this.#soon();
  }

  override onAdd(map: L.Map): this {
    map.getPanes().overlayPane!.append(this.#canvas);
    map.on('moveend zoomend resize', this.draw, this);
    map.on('click', this.#click, this);
    map.on('mousemove', this.#hover, this);
    this.draw();
    return this;
  }

  override onRemove(map: L.Map): this {
    cancelAnimationFrame(this.#frame);
    this.#canvas.remove();
    map.off('moveend zoomend resize', this.draw, this);
    map.off('click', this.#click, this);
    map.off('mousemove', this.#hover, this);
    return this;
  }

  /** With the next frame: what changes together is drawn once. */
  #soon() {
    this.#frame ||= requestAnimationFrame(this.draw);
  }

  readonly draw = () => {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const map = this._map as L.Map | undefined;
    if (!map) return;
    const size = map.getSize();
    const corner = map.containerPointToLayerPoint([0, 0]);
    L.DomUtil.setPosition(this.#canvas, corner);
    const dense = window.devicePixelRatio || 1;
    this.#canvas.width = size.x * dense;
    this.#canvas.height = size.y * dense;
    this.#canvas.style.width = `${size.x}px`;
    this.#canvas.style.height = `${size.y}px`;
    const context = this.#canvas.getContext('2d');
    if (!context) return;
    context.scale(dense, dense);
    const view = map.getBounds().pad(0.05);
    const [low, high] = [view.getSouthWest(), view.getNorthEast()].map(({ lat, lng }) =>
      pin({ id: '', lat, lng, rank: 0 }),
    );
    const box = { west: low!.x, east: high!.x, south: low!.y, north: high!.y };
    const zoom = map.getZoom();
    const groups = cluster(this.#pins, zoom, zoom >= ALONE ? 0 : SIDE, box);
    // What matters most is drawn last, on top.
    groups.sort((a, b) => a.top.rank - b.top.rank);
    this.#drawn = groups.map((group) => ({
      group,
      at: map.latLngToContainerPoint(unpin(group)),
      radius: radiusOf(group.spots.length),
    }));
    paint(context, this.#drawn, this.#ringed);
  };

  #hit(at: L.Point): Drawn | undefined {
    return this.#drawn.findLast((one) => one.at.distanceTo(at) <= Math.max(one.radius, 12));
  }

  #hover(event: L.LeafletMouseEvent) {
    this._map.getContainer().style.cursor = this.#hit(event.containerPoint) ? 'pointer' : '';
  }

  #click(event: L.LeafletMouseEvent) {
    const hit = this.#hit(event.containerPoint);
    if (!hit) return;
    const { spots, top } = hit.group;
    if (spots.length === 1) this.onpick(top);
    else {
      const around = L.latLngBounds(spots.map(({ lat, lng }) => [lat, lng]));
      this._map.fitBounds(around.pad(0.2), { maxZoom: ALONE });
    }
  }
}

function paint(context: CanvasRenderingContext2D, drawn: Drawn[], ringed: ReadonlySet<string>) {
  const [surface, ink] = [tint('surface'), tint('ink')];
  const font = '600 11px "Inter Variable", system-ui, sans-serif';
  const colours = new Map<string, string>();
  const colour = (tone: string) => {
    if (!colours.has(tone)) colours.set(tone, tint(tone));
    return colours.get(tone)!;
  };
  context.font = font;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (const { group, at, radius } of drawn) {
    context.beginPath();
    context.arc(at.x, at.y, radius, 0, 2 * Math.PI);
    context.fillStyle = colour(group.top.tone);
    context.fill();
    const chosen = ringed.size > 0 && group.spots.some(({ id }) => ringed.has(id));
    context.lineWidth = chosen ? 3 : 1.5;
    context.strokeStyle = chosen ? ink : surface;
    context.stroke();
    if (group.spots.length === 1) continue;
    context.fillStyle = surface;
    context.fillText(String(group.spots.length), at.x, at.y + 0.5);
  }
}
