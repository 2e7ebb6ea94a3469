-- How far the last reading of crm's feed from its beginning is. One row.
CREATE TABLE mirror_rebuilds (
    id smallint PRIMARY KEY CHECK (id = 1),
    status text NOT NULL CHECK (status IN ('running', 'done', 'failed')),
    detail text,
    applied bigint NOT NULL,
    expected bigint NOT NULL,
    started_at timestamptz NOT NULL,
    noted_at timestamptz NOT NULL
);
