-- Dashboards: which tiles, in which order, how wide; of one user, or shown to everybody.
CREATE TABLE dashboards (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    owner_id uuid NOT NULL,
    name text NOT NULL,
    shared boolean NOT NULL,
    tiles jsonb NOT NULL,
    filter jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX dashboards_owner ON dashboards (owner_id);
CREATE INDEX dashboards_shared ON dashboards (id) WHERE shared;

-- What somebody is to reach in a month.
CREATE TABLE targets (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    owner_id uuid NOT NULL,
    month date NOT NULL CHECK (extract(day FROM month) = 1),
    measure text NOT NULL CHECK (measure IN ('won_cents', 'ordered_cents', 'won', 'ordered', 'visits', 'activities')),
    value bigint NOT NULL CHECK (value > 0),
    updated_by uuid NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT targets_of UNIQUE (owner_id, month, measure)
);
