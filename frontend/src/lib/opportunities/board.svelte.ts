import { Problem } from '$lib/api/problem';
import type { Pipeline, Stage } from '$lib/pipelines/requests';
import { pageOfOpportunities, type Board, type OpportunityRow } from './requests';

export interface Column {
  stage: Stage;
  count: number;
  amountCents: number;
  weightedCents: number;
  cards: OpportunityRow[];
  cursor: string | null;
}

/** The columns on the screen: the server's figures, kept true while cards are moved. */
export class BoardColumns {
  columns = $state.raw<Column[]>([]);
  loadingMore = $state<string | null>(null);

  /** What is still to be won. */
  get open() {
    const open = this.columns.filter((column) => column.stage.outcome === 'open');
    const sum = (figure: (column: Column) => number) =>
      open.reduce((total, column) => total + figure(column), 0);
    return {
      count: sum((column) => column.count),
      amountCents: sum((column) => column.amountCents),
      weightedCents: sum((column) => column.weightedCents),
    };
  }

  show(board: Board) {
    this.columns = columnsOf(board.pipeline, board);
  }

  /** Moves a card at once; the answer puts it back where it was. */
  move(card: OpportunityRow, stage: Stage): () => void {
    const before = this.columns;
    const status = stage.outcome;
    this.columns = shifted(before, card, { ...card, stage_id: stage.id, status, stale: false });
    return () => {
      this.columns = before;
    };
  }

  /** Takes in what the server says about a card, whichever column it ended in. */
  settle(card: OpportunityRow) {
    const shown = this.columns.flatMap((column) => column.cards).find(({ id }) => id === card.id);
    if (shown) this.columns = shifted(this.columns, shown, card);
  }

  async more(column: Column, filters: { owner_id?: string; q?: string }): Promise<Problem | null> {
    if (!column.cursor || this.loadingMore) return null;
    this.loadingMore = column.stage.id;
    try {
      const query = { ...filters, stage_id: column.stage.id, sort: '-updated_at' as const };
      const page = await pageOfOpportunities({ ...query, cursor: column.cursor, limit: 50 });
      this.columns = this.columns.map((other) =>
        other.stage.id === column.stage.id
          ? {
              ...other,
              cards: [
                ...other.cards,
                ...page.items.filter((item) => !other.cards.some(({ id }) => id === item.id)),
              ],
              cursor: page.next_cursor ?? null,
            }
          : other,
      );
      return null;
    } catch (thrown) {
      return Problem.from(thrown);
    } finally {
      this.loadingMore = null;
    }
  }
}

function columnsOf(pipeline: Pipeline, board: Board): Column[] {
  return pipeline.stages
    .toSorted((a, b) => a.position - b.position)
    .map((stage) => {
      const column = board.columns.find(({ stage_id }) => stage_id === stage.id);
      return {
        stage,
        count: column?.count ?? 0,
        amountCents: column?.amount_cents ?? 0,
        weightedCents: column?.weighted_cents ?? 0,
        cards: column?.cards ?? [],
        cursor: column?.next_cursor ?? null,
      };
    });
}

/** The columns after `before` became `after`: cards, counts and sums. */
export function shifted(
  columns: Column[],
  before: OpportunityRow,
  after: OpportunityRow,
): Column[] {
  return columns.map((column) => {
    const id = column.stage.id;
    if (id !== before.stage_id && id !== after.stage_id) return column;
    const stays = before.stage_id === after.stage_id;
    const entered = id === after.stage_id ? (after.amount_cents ?? 0) : 0;
    const left = id === before.stage_id ? (before.amount_cents ?? 0) : 0;
    const others = column.cards.filter((card) => card.id !== before.id);
    return {
      ...column,
      count: column.count + (stays ? 0 : id === after.stage_id ? 1 : -1),
      amountCents: column.amountCents + entered - left,
      weightedCents:
        column.weightedCents + Math.round(((entered - left) * column.stage.probability) / 100),
      cards: stays
        ? column.cards.map((card) => (card.id === after.id ? after : card))
        : id === after.stage_id
          ? [after, ...others]
          : others,
    };
  });
}
