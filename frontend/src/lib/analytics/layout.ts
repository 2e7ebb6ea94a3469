import type { Width } from './tiles';

/** How many of the six columns of a desk a tile takes; of a tablet's two; a phone has one. Paper has two at most side by side. */
export const SPAN: Record<Width, string> = {
  third: 'lg:col-span-2 print:col-span-3',
  half: 'lg:col-span-3 print:col-span-3',
  full: 'md:col-span-2 lg:col-span-6 print:col-span-6',
};
