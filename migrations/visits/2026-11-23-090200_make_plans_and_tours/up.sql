-- One agent's day. A day has one tour; whoever accepts second is told.
CREATE TABLE tours (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    agent_id uuid NOT NULL,
    day date NOT NULL,
    plan_id uuid,
    start_place jsonb NOT NULL,
    end_place jsonb NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    travel_seconds integer NOT NULL,
    distance_m integer NOT NULL,
    waiting_seconds integer NOT NULL,
    created_by uuid NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT tours_agent_day UNIQUE (agent_id, day)
);
CREATE INDEX tours_day ON tours (day, id);

CREATE TABLE stops (
    tour_id uuid NOT NULL REFERENCES tours ON DELETE CASCADE,
    position integer NOT NULL,
    visit_id uuid NOT NULL REFERENCES visits,
    arrives_at timestamptz NOT NULL,
    waiting_seconds integer NOT NULL,
    leaves_at timestamptz NOT NULL,
    -- The way from the stop before.
    leg_seconds integer NOT NULL,
    leg_meters integer NOT NULL,
    pinned boolean NOT NULL,
    reasons jsonb NOT NULL,
    PRIMARY KEY (tour_id, position),
    CONSTRAINT stops_visit UNIQUE (visit_id)
);

CREATE TABLE plans (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    status text NOT NULL CHECK (status IN ('queued', 'running', 'ready', 'failed', 'cancelled', 'accepted')),
    request jsonb NOT NULL,
    progress smallint NOT NULL DEFAULT 0,
    outcome jsonb,
    problem jsonb,
    claimed_by uuid,
    claimed_until timestamptz,
    created_by uuid NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX plans_waiting ON plans (created_at) WHERE status IN ('queued', 'running');
CREATE INDEX plans_created_by ON plans (created_by, created_at, id);
