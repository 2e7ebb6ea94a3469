-- Letters with figures that somebody gets by themselves: of a dashboard that is kept, or of the usual one.
CREATE TABLE digests (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    owner_id uuid NOT NULL,
    board_id uuid REFERENCES dashboards (id) ON DELETE CASCADE,
    rhythm text NOT NULL CHECK (rhythm IN ('weekdays', 'mondays', 'months')),
    tiles jsonb NOT NULL,
    filter jsonb NOT NULL,
    due_at timestamptz NOT NULL,
    -- While a letter is being written: its id, which stays the same when another try has to be made, and until when the
    -- one who writes it has it to themselves.
    letter_id uuid,
    held_until timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX digests_one_each ON digests (owner_id, coalesce(board_id, '00000000-0000-0000-0000-000000000000'));
CREATE INDEX digests_due_at ON digests (due_at);
