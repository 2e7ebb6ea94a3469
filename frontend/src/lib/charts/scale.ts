/** Where marks stand: pure arithmetic, in pixels or in shares of a whole. */

const STEPS = [1, 2, 2.5, 5, 10];

/** Round values from zero to at least `max`, in about `count` steps; counts are never halved. */
export function ticks(max: number, count = 4, whole = false): number[] {
  if (!(max > 0)) return [0, 1];
  const rough = max / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * (STEPS.find((one) => one * power >= rough * 0.999) ?? 10);
  const even = whole ? Math.max(1, Math.ceil(step)) : step;
  const steps = Math.ceil(max / even - 1e-9);
  return Array.from({ length: steps + 1 }, (_, index) => index * even);
}

/** Half the pixel distance between points must at least take half a label. */
export function labelEvery(points: number, width: number, labelWidth = 48): number {
  const fit = Math.max(1, Math.floor(width / labelWidth));
  return Math.max(1, Math.ceil(points / fit));
}

/** A path through the known values; a gap where there is none. */
export function linePath(
  values: (number | null)[],
  x: (index: number) => number,
  y: (value: number) => number,
): string {
  let path = '';
  let pen = 'M';
  values.forEach((value, index) => {
    if (value === null) pen = 'M';
    else {
      path += `${pen}${round(x(index))} ${round(y(value))}`;
      pen = 'L';
    }
  });
  return path;
}

export const round = (value: number) => Math.round(value * 10) / 10;

/** A part of a whole in percent, for widths; never outside 0 to 100. */
export function percent(part: number, whole: number): number {
  return whole > 0 ? round(Math.min(100, Math.max(0, (part / whole) * 100))) : 0;
}

/** The largest value, or zero. */
export const largest = (values: (number | null | undefined)[]) =>
  values.reduce<number>((most, value) => Math.max(most, value ?? 0), 0);
