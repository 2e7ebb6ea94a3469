import { EVERYTHING, MINE, type Placed } from './tiles';

/** What the page of figures is doing beside showing them. */
class BoardState {
  /** The tiles being arranged; null when nobody arranges. */
  draft = $state.raw<Placed[] | null>(null);
  /** The month whose targets are being set: its first day. */
  targetsOf = $state<string | null>(null);
  /** Where figures were looked at last, to come back to. */
  lastSeen = '/analytics';
}

export const board = new BoardState();

/** What somebody sees who keeps no dashboard. */
export const usualTiles = (seesOthers: boolean): Placed[] => (seesOthers ? EVERYTHING : MINE);
