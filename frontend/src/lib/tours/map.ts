import type { MapStop } from '$lib/map/atlas';
import { fmt, t } from '$lib/i18n/index.svelte';
import type { VisitStatus } from '$lib/visits/requests';

/** A stop as far as the map needs it. */
export interface Mapped {
  id: string;
  name: string;
  /** When the visit begins. */
  at: string;
  lat?: number | null;
  lng?: number | null;
  status?: VisitStatus;
  next?: boolean;
}

interface Base {
  label: string;
  lat: number;
  lng: number;
}

const tones = {
  planned: 'accent',
  under_way: 'accent',
  done: 'good',
  missed: 'warn',
  cancelled: 'muted',
} as const;

/** Where a day begins and ends: one marker when it is the same place. */
function bases(start?: Base | null, end?: Base | null): MapStop[] {
  const mark = (base: Base, id: string): MapStop => ({
    ...base,
    id,
    text: '⌂',
    tone: 'muted',
  });
  const same = start && end && start.lat === end.lat && start.lng === end.lng;
  return [...(start ? [mark(start, 'start')] : []), ...(end && !same ? [mark(end, 'end')] : [])];
}

/** The numbered stops and the line that joins them; what has no place on the map keeps its number. */
export function drawn(
  stops: Mapped[],
  start?: Base | null,
  end?: Base | null,
): { stops: MapStop[]; line: [number, number][] } {
  const known = stops.flatMap((stop, index) =>
    stop.lat == null || stop.lng == null
      ? []
      : [{ ...stop, lat: stop.lat, lng: stop.lng, number: index + 1 }],
  );
  const marks = known.map(({ id, lat, lng, number, name, at, status }) => ({
    id,
    lat,
    lng,
    text: String(number),
    label: t().tours.stopOnMap(number, name, fmt().time(at)),
    tone: status ? tones[status] : ('accent' as const),
  }));
  const way = [start, ...known, end].flatMap((point) => (point ? [point] : []));
  return {
    stops: [...bases(start, end), ...marks],
    line: way.map(({ lat, lng }) => [lat, lng]),
  };
}
