-- A private calendar feed: whoever has its address reads it. Only the address's hash is kept.
CREATE TABLE calendar_feeds (
    agent_id uuid PRIMARY KEY,
    token_hash bytea NOT NULL,
    created_at timestamptz NOT NULL,
    read_at timestamptz,
    CONSTRAINT calendar_feeds_token UNIQUE (token_hash)
);
