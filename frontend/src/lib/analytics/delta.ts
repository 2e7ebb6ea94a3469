import type { Unit } from './words';

export interface Delta {
  way: 'up' | 'down' | 'same' | 'fresh';
  /** By how much of what was before; percentage points between shares. */
  change: number | null;
  good: boolean | null;
}

/** Figures of which less is better. */
const LESS_IS_BETTER = ['lost', 'late', 'time_to_close'];

/** How a figure stands against what it was; nothing where nothing can be said. */
export function deltaOf(
  now: number | null | undefined,
  before: number | null | undefined,
  unit: Unit,
  name = '',
): Delta | undefined {
  if (now == null || before == null) return undefined;
  if (now === before) return { way: 'same', change: 0, good: null };
  const up = now > before;
  const good = up !== LESS_IS_BETTER.includes(name);
  if (unit === 'share') return { way: up ? 'up' : 'down', change: now - before, good };
  if (before === 0) return { way: 'fresh', change: null, good };
  return { way: up ? 'up' : 'down', change: (now - before) / Math.abs(before), good };
}
