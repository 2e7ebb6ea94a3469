-- Announced in the transaction of the change; the leader moves rows on to `events`.
CREATE TABLE outbox (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL,
    kind text NOT NULL,
    subject_id uuid NOT NULL,
    actor_id uuid,
    at timestamptz NOT NULL,
    payload jsonb NOT NULL,
    version bigint NOT NULL
);

-- The feed and the audit trail: insert-only, gapless, each row chained to the one before.
CREATE TABLE events (
    position bigint PRIMARY KEY,
    seq bigint NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    subject_id uuid NOT NULL,
    actor_id uuid,
    at timestamptz NOT NULL,
    payload jsonb NOT NULL,
    version bigint NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT events_id_key UNIQUE (id)
);
CREATE INDEX events_subject_id_position ON events (subject_id, position);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is insert-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER events_stay BEFORE UPDATE OR DELETE ON events
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER events_stay_all BEFORE TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- How far each other service's feed has been applied here.
CREATE TABLE inbox_positions (
    source text PRIMARY KEY,
    position bigint NOT NULL
);

CREATE TABLE idempotency_keys (
    actor_id uuid NOT NULL,
    key text NOT NULL,
    route text NOT NULL,
    body_hash bytea NOT NULL,
    status smallint NOT NULL,
    version bigint,
    location text,
    body text,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (actor_id, key)
);
CREATE INDEX idempotency_keys_created_at ON idempotency_keys (created_at);
