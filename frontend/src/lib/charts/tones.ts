/** What a mark's colour says; no tone stands without words beside it. */
export type Tone = 'accent' | 'soft' | 'muted' | 'good' | 'warn' | 'bad';

export const FILL: Record<Tone, string> = {
  accent: 'fill-accent',
  soft: 'fill-accent/35',
  muted: 'fill-line-strong',
  good: 'fill-good',
  warn: 'fill-warn',
  bad: 'fill-bad',
};

export const STROKE: Record<Tone, string> = {
  accent: 'stroke-accent',
  soft: 'stroke-accent/35',
  muted: 'stroke-muted',
  good: 'stroke-good',
  warn: 'stroke-warn',
  bad: 'stroke-bad',
};
