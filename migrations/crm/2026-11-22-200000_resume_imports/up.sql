-- Where a check or run stands, in whose name it works and who works on it: a claim that is not renewed lapses, and
-- another worker goes on behind the last batch that was committed.
ALTER TABLE imports
    ADD COLUMN started_by uuid,
    ADD COLUMN rights jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN phase text NOT NULL DEFAULT 'rows',
    ADD COLUMN read_offset bigint NOT NULL DEFAULT 0,
    ADD COLUMN read_line bigint NOT NULL DEFAULT 1,
    ADD COLUMN claimed_by uuid,
    ADD COLUMN claimed_until timestamptz;
CREATE INDEX imports_at_work ON imports (started_at) WHERE status IN ('checking', 'running');

ALTER TABLE import_rows ADD COLUMN warned boolean NOT NULL DEFAULT false;
CREATE INDEX import_rows_warned ON import_rows (import_id, line) WHERE warned;

-- Clients whose parent was not there yet when their row was read; it may stand later in the file.
CREATE TABLE import_parents (
    import_id uuid NOT NULL REFERENCES imports ON DELETE CASCADE,
    line bigint NOT NULL,
    client_id uuid NOT NULL,
    parent_name text NOT NULL,
    fields jsonb NOT NULL,
    PRIMARY KEY (import_id, line)
);
