-- Who looks after which part of the country: regions, provinces (TO) and beginnings of CAPs (101). The closest wins.
CREATE TABLE territories (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    name text NOT NULL,
    areas text[] NOT NULL,
    agent_ids uuid[] NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    archived_at timestamptz
);
ALTER TABLE places ADD COLUMN territory_id uuid REFERENCES territories;
CREATE INDEX places_territory_due ON places (territory_id, due_on, id) WHERE NOT archived;
