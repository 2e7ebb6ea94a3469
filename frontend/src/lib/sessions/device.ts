/** A browser and a system out of a user agent, as a person would name them; null when unknown. */
export function deviceName(userAgent: string | null | undefined): string | null {
  if (!userAgent) return null;
  const first = (names: [string, RegExp][]) =>
    names.find(([, pattern]) => pattern.test(userAgent))?.[0];
  const browser = first([
    ['Edge', /Edg\//],
    ['Opera', /OPR\//],
    ['Firefox', /Firefox\//],
    ['Chrome', /Chrom(e|ium)\//],
    ['Safari', /Safari\//],
  ]);
  const system = first([
    ['iPhone', /iPhone/],
    ['iPad', /iPad/],
    ['Android', /Android/],
    ['Windows', /Windows/],
    ['Mac', /Mac OS X/],
    ['Linux', /Linux/],
  ]);
  return [browser, system].filter(Boolean).join(', ') || null;
}
