import type { Stage } from '$lib/pipelines/requests';
import {
  moveOpportunity,
  reopenOpportunity,
  winOpportunity,
  type Opportunity,
  type OpportunityRow,
} from './requests';

/** How a trattativa gets into a stage. */
export type Way = 'stay' | 'move' | 'win' | 'lose' | 'reopen' | 'blocked';

export function wayInto(deal: OpportunityRow, stage: Stage): Way {
  if (deal.stage_id === stage.id) return 'stay';
  if (stage.outcome === 'open') return deal.status === 'open' ? 'move' : 'reopen';
  if (deal.status !== 'open') return 'blocked';
  return stage.outcome === 'won' ? 'win' : 'lose';
}

/** Sends it there. A loss needs a reason, so it goes through its own window. */
export function transfer(
  deal: OpportunityRow,
  stage: Stage,
  way: 'move' | 'win' | 'reopen',
): Promise<Opportunity> {
  switch (way) {
    case 'move':
      return moveOpportunity(deal, stage.id);
    case 'win':
      return winOpportunity(deal);
    case 'reopen':
      return reopenOpportunity(deal, stage.id);
  }
}
