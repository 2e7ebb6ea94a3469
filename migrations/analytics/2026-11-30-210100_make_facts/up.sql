-- Who there is; fed by auth.
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

-- Facts: one row a record, as its newest event tells it. An owner of zeros is nobody. `province`, `source_id` and the like
-- of a client stand beside its deals, orders and visits, so that a filter enters one index. A rebuild fills tables of the
-- same names behind `next_`.
CREATE TABLE labels (
    kind text NOT NULL,
    id uuid NOT NULL,
    version bigint NOT NULL,
    name text NOT NULL,
    PRIMARY KEY (kind, id)
);
CREATE TABLE stages (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    pipeline_id uuid NOT NULL,
    name text NOT NULL,
    position integer NOT NULL,
    probability integer NOT NULL,
    outcome text NOT NULL,
    stale_after_days integer
);
CREATE TABLE clients (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    name text NOT NULL,
    owner_id uuid NOT NULL,
    province text NOT NULL,
    class text NOT NULL,
    lifecycle text NOT NULL,
    source_id uuid,
    created_on date NOT NULL,
    archived boolean NOT NULL,
    -- Derived: when it first reached each phase of its journey.
    considered_on date,
    decided_on date,
    activated_on date,
    retained_on date,
    loyal_on date,
    phase text NOT NULL DEFAULT 'awareness',
    -- Derived: how it orders.
    orders integer NOT NULL DEFAULT 0,
    last_order_on date,
    orders_year integer NOT NULL DEFAULT 0,
    net_year_cents bigint NOT NULL DEFAULT 0,
    segment text NOT NULL DEFAULT '',
    churn text NOT NULL DEFAULT '',
    scored_on date
);
CREATE INDEX clients_owner ON clients (owner_id);
CREATE INDEX clients_province ON clients (province);
CREATE INDEX clients_scored ON clients (scored_on) WHERE orders > 0;
CREATE TABLE deals (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    name text NOT NULL,
    owner_id uuid NOT NULL,
    client_id uuid,
    pipeline_id uuid NOT NULL,
    stage_id uuid NOT NULL,
    status text NOT NULL,
    amount_cents bigint NOT NULL,
    product_id uuid,
    source_id uuid,
    opened_on date NOT NULL,
    expected_close_on date,
    closed_on date,
    lost_reason_id uuid,
    stage_entered_at timestamptz NOT NULL,
    archived boolean NOT NULL,
    -- Derived.
    province text NOT NULL DEFAULT '',
    path text NOT NULL DEFAULT ''
);
CREATE INDEX deals_opened ON deals (opened_on, owner_id) WHERE NOT archived;
CREATE INDEX deals_closed ON deals (closed_on, owner_id) WHERE NOT archived;
CREATE INDEX deals_owner_closed ON deals (owner_id, closed_on) WHERE NOT archived;
CREATE INDEX deals_owner_opened ON deals (owner_id, opened_on) WHERE NOT archived;
CREATE INDEX deals_open ON deals (owner_id, stage_id) WHERE status = 'open' AND NOT archived;
CREATE INDEX deals_expected ON deals (expected_close_on) WHERE status = 'open' AND NOT archived;
CREATE INDEX deals_client ON deals (client_id);
CREATE INDEX deals_province ON deals (province, opened_on);
CREATE INDEX deals_product ON deals (product_id, opened_on);
CREATE INDEX deals_source ON deals (source_id, opened_on);
-- Every event of a deal: what was true from when on.
CREATE TABLE deal_versions (
    deal_id uuid NOT NULL,
    version bigint NOT NULL,
    at timestamptz NOT NULL,
    stage_id uuid NOT NULL,
    stage_entered_at timestamptz NOT NULL,
    status text NOT NULL,
    amount_cents bigint NOT NULL,
    expected_close_on date,
    PRIMARY KEY (deal_id, version)
);
-- Derived: a stage that a deal has left.
CREATE TABLE passages (
    deal_id uuid NOT NULL,
    entered_at timestamptz NOT NULL,
    stage_id uuid NOT NULL,
    left_on date NOT NULL,
    days integer NOT NULL,
    PRIMARY KEY (deal_id, entered_at, stage_id)
);
CREATE INDEX passages_left ON passages (left_on, stage_id, days);
-- Derived: deals that were expected to close in a month, as they stood when it began.
CREATE TABLE forecasts (
    deal_id uuid NOT NULL,
    month date NOT NULL,
    stage_id uuid NOT NULL,
    amount_cents bigint NOT NULL,
    PRIMARY KEY (deal_id, month)
);
CREATE INDEX forecasts_month ON forecasts (month);
CREATE TABLE orders (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    number text NOT NULL,
    owner_id uuid NOT NULL,
    client_id uuid NOT NULL,
    channel text NOT NULL,
    status text NOT NULL,
    day date NOT NULL,
    net_cents bigint NOT NULL,
    total_cents bigint NOT NULL,
    -- Approved or beyond, and not cancelled.
    counted boolean NOT NULL,
    -- Derived.
    province text NOT NULL DEFAULT '',
    source_id uuid,
    next_on date
);
CREATE INDEX orders_day ON orders (day, owner_id) WHERE counted;
CREATE INDEX orders_owner ON orders (owner_id, day) WHERE counted;
CREATE INDEX orders_client ON orders (client_id, day);
CREATE INDEX orders_province ON orders (province, day) WHERE counted;
CREATE INDEX orders_source ON orders (source_id, day) WHERE counted;
-- What was ordered, a row a product; `product_id` of zeros is free text.
CREATE TABLE order_products (
    order_id uuid NOT NULL,
    product_id uuid NOT NULL,
    version bigint NOT NULL,
    quantity numeric NOT NULL,
    net_cents bigint NOT NULL,
    PRIMARY KEY (order_id, product_id)
);
CREATE INDEX order_products_product ON order_products (product_id);
CREATE TABLE offers (
    id uuid PRIMARY KEY,
    client_id uuid NOT NULL,
    sent_on date
);
CREATE INDEX offers_client ON offers (client_id);
CREATE TABLE leads (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    name text NOT NULL,
    owner_id uuid NOT NULL,
    source_id uuid,
    province text NOT NULL,
    status text NOT NULL,
    created_on date NOT NULL,
    due_at timestamptz NOT NULL,
    contacted boolean NOT NULL,
    qualified boolean NOT NULL,
    lost_reason_id uuid,
    archived boolean NOT NULL
);
CREATE INDEX leads_created ON leads (created_on, owner_id) WHERE NOT archived;
CREATE INDEX leads_owner ON leads (owner_id, created_on) WHERE NOT archived;
CREATE INDEX leads_source ON leads (source_id, created_on) WHERE NOT archived;
CREATE INDEX leads_province ON leads (province, created_on) WHERE NOT archived;
CREATE INDEX leads_new ON leads (due_at) WHERE status = 'new' AND NOT archived;
CREATE TABLE activities (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    owner_id uuid NOT NULL,
    client_id uuid,
    day date NOT NULL
);
CREATE INDEX activities_day ON activities (day, owner_id);
CREATE INDEX activities_owner ON activities (owner_id, day);
CREATE INDEX activities_client ON activities (client_id, day);
CREATE TABLE tasks (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    title text NOT NULL,
    owner_id uuid NOT NULL,
    client_id uuid,
    status text NOT NULL,
    due_at timestamptz NOT NULL,
    late_at timestamptz NOT NULL
);
CREATE INDEX tasks_due ON tasks (due_at, owner_id) WHERE status = 'open';
CREATE INDEX tasks_late ON tasks (late_at, owner_id) WHERE status = 'open';
CREATE TABLE sites (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    client_id uuid NOT NULL,
    name text NOT NULL,
    province text NOT NULL,
    archived boolean NOT NULL,
    -- Derived from the client, the visits and the rules; `seen_on` is the last visit at which somebody was met.
    owner_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    own_cadence_days integer,
    own_cadence_version bigint NOT NULL DEFAULT 0,
    cadence_days integer NOT NULL DEFAULT 45,
    due_after_days integer NOT NULL DEFAULT 32,
    seen_on date,
    served boolean NOT NULL DEFAULT false
);
CREATE INDEX sites_client ON sites (client_id);
CREATE INDEX sites_owner ON sites (owner_id) WHERE served;
CREATE TABLE place_wishes (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    own_cadence_days integer
);
CREATE TABLE visit_rules (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    body jsonb NOT NULL
);
CREATE TABLE visits (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    owner_id uuid NOT NULL,
    site_id uuid NOT NULL,
    client_id uuid NOT NULL,
    client_name text NOT NULL,
    status text NOT NULL,
    met boolean NOT NULL,
    day date NOT NULL,
    minutes integer NOT NULL,
    on_tour boolean NOT NULL,
    -- Derived.
    province text NOT NULL DEFAULT ''
);
CREATE INDEX visits_day ON visits (day, owner_id);
CREATE INDEX visits_owner ON visits (owner_id, day);
CREATE INDEX visits_site ON visits (site_id, day);
CREATE INDEX visits_client ON visits (client_id);
CREATE TABLE tours (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    owner_id uuid NOT NULL,
    day date NOT NULL,
    stops integer NOT NULL,
    distance_m bigint NOT NULL,
    travel_seconds bigint NOT NULL,
    withdrawn boolean NOT NULL
);
CREATE INDEX tours_day ON tours (day, owner_id) WHERE NOT withdrawn;

-- Rollups: sums of a measure by day or month, owner and key. Changes are appended to `count_deltas` in the transaction of
-- the fact and folded into `counts` a little later; a sum reads both.
CREATE TABLE counts (
    measure smallint NOT NULL,
    slice smallint NOT NULL,
    day date NOT NULL,
    owner_id uuid NOT NULL,
    key text NOT NULL,
    n bigint NOT NULL,
    cents bigint NOT NULL,
    PRIMARY KEY (measure, slice, day, owner_id, key)
) WITH (fillfactor = 90);
CREATE TABLE count_deltas (
    measure smallint NOT NULL,
    slice smallint NOT NULL,
    day date NOT NULL,
    owner_id uuid NOT NULL,
    key text NOT NULL,
    n bigint NOT NULL,
    cents bigint NOT NULL
) WITH (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0);

-- Events that could not be applied: of an unknown kind, of a newer version, unreadable, or refused by a table.
CREATE TABLE parked_events (
    source text NOT NULL,
    position bigint NOT NULL,
    kind text NOT NULL,
    subject_id uuid NOT NULL,
    at timestamptz NOT NULL,
    reason text NOT NULL,
    detail text NOT NULL,
    PRIMARY KEY (source, position)
);
CREATE INDEX parked_events_at ON parked_events (at, position);

-- Counts every change of the figures.
CREATE TABLE changes (
    id smallint PRIMARY KEY CHECK (id = 1),
    number bigint NOT NULL,
    -- The newest event that has been applied.
    newest_at timestamptz,
    scored_on date
);
INSERT INTO changes (id, number) VALUES (1, 0);

CREATE TABLE rebuilds (
    id uuid PRIMARY KEY,
    status text NOT NULL CHECK (status IN ('running', 'done', 'failed')),
    applied bigint NOT NULL DEFAULT 0,
    expected bigint NOT NULL DEFAULT 0,
    detail text,
    started_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE UNIQUE INDEX rebuilds_one_running ON rebuilds (status) WHERE status = 'running';
