import type { VisitStatus } from '$lib/visits/requests';

/** Colour by state; what is over is paler, and an appointment has a full edge. */
export const LOOKS: Record<VisitStatus, string> = {
  planned: 'border-accent bg-accent-soft text-ink',
  under_way: 'border-accent bg-accent text-on-accent',
  done: 'border-good bg-good-soft text-ink',
  missed: 'border-warn bg-warn-soft text-ink',
  cancelled: 'border-line-strong bg-sunken text-muted line-through',
};
