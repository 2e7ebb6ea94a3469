-- The board's counts and sums are read from this index alone.
CREATE INDEX opportunities_board ON opportunities (pipeline_id, stage_id) INCLUDE (owner_id, amount_cents)
    WHERE archived_at IS NULL;
