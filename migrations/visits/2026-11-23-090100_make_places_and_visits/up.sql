-- Mirrors of what auth and crm announce; nobody else writes them.
CREATE TABLE users (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    name_key text NOT NULL,
    status text NOT NULL,
    manager_id uuid,
    version bigint NOT NULL,
    roles text[] NOT NULL DEFAULT '{}'
);
CREATE INDEX users_name_key ON users (name_key);
CREATE TABLE user_reports (
    manager_id uuid NOT NULL,
    user_id uuid NOT NULL,
    PRIMARY KEY (manager_id, user_id)
);
CREATE TABLE clients (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    name text NOT NULL,
    class text,
    lifecycle text NOT NULL,
    owner_id uuid,
    archived boolean NOT NULL,
    -- From approved orders: the planner's churn risk.
    orders bigint NOT NULL DEFAULT 0,
    first_order_on date,
    last_order_on date
);
-- An order that is approved again after a change counts once.
CREATE TABLE counted_orders (
    id uuid PRIMARY KEY
);
CREATE TABLE stages (
    id uuid PRIMARY KEY,
    probability integer NOT NULL
);
CREATE TABLE deals (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    client_id uuid NOT NULL,
    stage_id uuid NOT NULL,
    amount_cents bigint NOT NULL,
    expected_close_on date
);
CREATE INDEX deals_client_id ON deals (client_id);
CREATE TABLE offers (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    client_id uuid NOT NULL,
    valid_until date NOT NULL,
    total_cents bigint NOT NULL
);
CREATE INDEX offers_client_id ON offers (client_id);

-- A place to visit: a site of crm with what the rules need of its client beside it, so that lists enter one index.
CREATE TABLE places (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    site_version bigint NOT NULL,
    client_id uuid NOT NULL,
    client_name text NOT NULL,
    name text NOT NULL,
    search_text text NOT NULL,
    class text,
    lifecycle text NOT NULL,
    owner_id uuid,
    street text,
    cap text,
    city text,
    province text,
    lat double precision,
    lng double precision,
    opening_hours jsonb NOT NULL,
    site_archived boolean NOT NULL,
    -- The shop or its client was put away.
    archived boolean NOT NULL,
    known_since date NOT NULL,
    -- What people said here, over the rules.
    own_cadence_days integer CHECK (own_cadence_days BETWEEN 1 AND 730),
    own_visit_minutes integer CHECK (own_visit_minutes BETWEEN 5 AND 480),
    -- What follows from rules and visits.
    cadence_days integer NOT NULL,
    last_visit_on date,
    due_on date NOT NULL
);
CREATE INDEX places_owner_due ON places (owner_id, due_on, id) WHERE NOT archived;
CREATE INDEX places_due ON places (due_on, id) WHERE NOT archived;
CREATE INDEX places_province_due ON places (province, due_on, id) WHERE NOT archived;
CREATE INDEX places_client ON places (client_id);
CREATE INDEX places_search ON places USING gin (search_text gin_trgm_ops);

-- Days and hours on which a place is not as usual. No windows: closed.
CREATE TABLE place_changes (
    id uuid PRIMARY KEY,
    place_id uuid NOT NULL REFERENCES places,
    from_day date NOT NULL,
    until_day date NOT NULL CHECK (until_day >= from_day),
    windows jsonb NOT NULL,
    note text,
    created_by uuid NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX place_changes_place ON place_changes (place_id, until_day);

-- One row: how often, how long, from when on.
CREATE TABLE visit_rules (
    id smallint PRIMARY KEY CHECK (id = 1),
    version bigint NOT NULL,
    body jsonb NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE TABLE local_holidays (
    province text NOT NULL,
    city_key text NOT NULL,
    city text NOT NULL,
    month smallint NOT NULL CHECK (month BETWEEN 1 AND 12),
    day smallint NOT NULL CHECK (day BETWEEN 1 AND 31),
    name text NOT NULL,
    PRIMARY KEY (province, city_key, month, day)
);

CREATE TABLE working_hours (
    agent_id uuid PRIMARY KEY,
    version bigint NOT NULL,
    body jsonb NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE TABLE absences (
    id uuid PRIMARY KEY,
    agent_id uuid NOT NULL,
    from_day date NOT NULL,
    until_day date NOT NULL CHECK (until_day >= from_day),
    reason text NOT NULL,
    note text,
    created_by uuid NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX absences_agent ON absences (agent_id, until_day);

CREATE TABLE visits (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    place_id uuid NOT NULL REFERENCES places,
    client_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    status text NOT NULL CHECK (status IN ('planned', 'under_way', 'done', 'missed', 'cancelled')),
    day date NOT NULL,
    -- Set: an appointment, never dropped or moved by a plan.
    fixed_at timestamptz,
    -- When the tour expects to be there.
    expected_at timestamptz,
    minutes integer NOT NULL CHECK (minutes BETWEEN 5 AND 480),
    subject text,
    outcome text,
    note text,
    products jsonb NOT NULL DEFAULT '[]',
    next_step jsonb,
    reason text,
    started_at timestamptz,
    ended_at timestamptz,
    tour_id uuid,
    created_by uuid NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX visits_agent_day ON visits (agent_id, day, id);
CREATE INDEX visits_day ON visits (day, id);
CREATE INDEX visits_place_day ON visits (place_id, day, id);
CREATE INDEX visits_client_day ON visits (client_id, day, id);
CREATE INDEX visits_tour ON visits (tour_id) WHERE tour_id IS NOT NULL;

-- Where somebody was when they checked in, if they chose to say; never changed, forgotten after a while.
CREATE TABLE check_ins (
    id uuid PRIMARY KEY,
    visit_id uuid NOT NULL REFERENCES visits,
    agent_id uuid NOT NULL,
    at timestamptz NOT NULL,
    lat double precision,
    lng double precision,
    accuracy_m integer,
    distance_m integer,
    CONSTRAINT check_ins_place CHECK ((lat IS NULL) = (lng IS NULL))
);
CREATE INDEX check_ins_visit ON check_ins (visit_id);
CREATE INDEX check_ins_at ON check_ins (at) WHERE lat IS NOT NULL;
