/** Opening hours as people write them: `9-12:30, 15.30-19.30`. */

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Day = (typeof DAYS)[number];
export type Hours = Record<string, string[][]>;

/** The windows of a day as text. */
export function hoursText(windows: string[][] | undefined): string {
  return (windows ?? []).map(([from, to]) => `${from}–${to}`).join(', ');
}

/** The windows that a text means; `undefined` when it means none that a shop could have. */
export function readHours(text: string): string[][] | undefined {
  const parts = text
    .split(/[,;/]|\s+e\s+/)
    .map((part) => part.trim())
    .filter(Boolean);
  const windows: string[][] = [];
  let last = -1;
  for (const part of parts) {
    const match = /^(\d{1,2})(?:[:.](\d{2}))?\s*[-–—]\s*(\d{1,2})(?:[:.](\d{2}))?$/.exec(part);
    if (!match) return undefined;
    const from = Number(match[1]) * 60 + Number(match[2] ?? 0);
    const to = Number(match[3]) * 60 + Number(match[4] ?? 0);
    const sound = Number(match[2] ?? 0) < 60 && Number(match[4] ?? 0) < 60;
    if (!sound || from <= last || to <= from || to > 24 * 60) return undefined;
    windows.push([clock(from), clock(to)]);
    last = to;
  }
  return windows;
}

function clock(minutes: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** What a patch says: every day named, closed ones cleared. */
export function hoursPatch(texts: Record<Day, string>): Record<string, string[][] | null> {
  return Object.fromEntries(
    DAYS.map((day) => {
      const windows = readHours(texts[day]) ?? [];
      return [day, windows.length > 0 ? windows : null];
    }),
  );
}
