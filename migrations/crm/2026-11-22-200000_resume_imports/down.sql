DROP TABLE import_parents;
ALTER TABLE import_rows DROP COLUMN warned;
DROP INDEX imports_at_work;
ALTER TABLE imports
    DROP COLUMN started_by,
    DROP COLUMN rights,
    DROP COLUMN phase,
    DROP COLUMN read_offset,
    DROP COLUMN read_line,
    DROP COLUMN claimed_by,
    DROP COLUMN claimed_until;
