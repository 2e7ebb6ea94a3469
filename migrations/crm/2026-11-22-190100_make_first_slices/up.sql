-- What crm needs of auth's users, fed by auth's events.
CREATE TABLE users (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    name_key text NOT NULL,
    status text NOT NULL,
    manager_id uuid,
    version bigint NOT NULL
);
CREATE INDEX users_name_key ON users (name_key);

-- Everybody below a manager, at any depth, and the manager too.
CREATE TABLE user_reports (
    manager_id uuid NOT NULL,
    user_id uuid NOT NULL,
    PRIMARY KEY (manager_id, user_id)
);

CREATE TABLE clients (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('company', 'person')),
    first_name text,
    last_name text,
    vat_country text NOT NULL DEFAULT 'IT',
    vat_number text,
    tax_code text,
    sdi_code text,
    pec text,
    email text,
    phone text,
    website text,
    street text,
    street_number text,
    cap text,
    city text,
    province text,
    country text NOT NULL DEFAULT 'IT',
    lifecycle text NOT NULL CHECK (lifecycle IN ('prospect', 'active', 'dormant', 'lost')),
    class text CHECK (class IN ('A', 'B', 'C')),
    sector text,
    employees integer,
    annual_revenue_cents bigint,
    founded_year integer,
    parent_id uuid REFERENCES clients,
    owner_id uuid,
    notes text,
    external_ref text,
    search_text text NOT NULL,
    name_key text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    archived_at timestamptz
);
-- A VAT group shares one number among members with different tax codes, so the pair is what is unique.
CREATE UNIQUE INDEX clients_identity_key ON clients (vat_country, vat_number, coalesce(tax_code, ''))
    WHERE vat_number IS NOT NULL;
CREATE UNIQUE INDEX clients_tax_code_key ON clients (tax_code)
    WHERE vat_number IS NULL AND tax_code IS NOT NULL;
CREATE UNIQUE INDEX clients_external_ref_key ON clients (external_ref) WHERE external_ref IS NOT NULL;
CREATE INDEX clients_vat_number ON clients (vat_number) WHERE vat_number IS NOT NULL;
CREATE INDEX clients_updated_at ON clients (updated_at, id) WHERE archived_at IS NULL;
CREATE INDEX clients_created_at ON clients (created_at, id) WHERE archived_at IS NULL;
CREATE INDEX clients_name ON clients (name_key, id) WHERE archived_at IS NULL;
CREATE INDEX clients_owner_updated_at ON clients (owner_id, updated_at, id) WHERE archived_at IS NULL;
CREATE INDEX clients_owner_name ON clients (owner_id, name_key, id) WHERE archived_at IS NULL;
CREATE INDEX clients_province_updated_at ON clients (province, updated_at, id) WHERE archived_at IS NULL;
CREATE INDEX clients_parent_id ON clients (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX clients_search ON clients USING gin (search_text gin_trgm_ops) WITH (fastupdate = off);

CREATE TABLE sites (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    client_id uuid NOT NULL REFERENCES clients,
    name text NOT NULL,
    channel text NOT NULL,
    street text,
    street_number text,
    cap text,
    city text,
    province text,
    country text NOT NULL DEFAULT 'IT',
    istat_code text,
    lat double precision,
    lng double precision,
    geo_source text,
    opening_hours jsonb NOT NULL DEFAULT '{}',
    adm_number text,
    adm_office text,
    adm_issued_on date,
    adm_expires_on date,
    adm_ordinal text,
    adm_holder text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    archived_at timestamptz,
    CONSTRAINT sites_place CHECK ((lat IS NULL) = (lng IS NULL))
);
CREATE INDEX sites_client_id ON sites (client_id);

CREATE TABLE contacts (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    client_id uuid NOT NULL REFERENCES clients,
    site_id uuid REFERENCES sites,
    first_name text NOT NULL,
    last_name text,
    role text NOT NULL,
    email text,
    phone text,
    mobile text,
    notes text,
    active boolean NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    archived_at timestamptz
);
CREATE INDEX contacts_client_id ON contacts (client_id);

CREATE TABLE pipelines (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    name text NOT NULL,
    is_default boolean NOT NULL,
    sequential boolean NOT NULL,
    team_lead_id uuid,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    archived_at timestamptz
);
CREATE UNIQUE INDEX pipelines_default_key ON pipelines (is_default) WHERE is_default AND archived_at IS NULL;

CREATE TABLE stages (
    id uuid PRIMARY KEY,
    pipeline_id uuid NOT NULL REFERENCES pipelines,
    name text NOT NULL,
    position integer NOT NULL,
    probability integer NOT NULL CHECK (probability BETWEEN 0 AND 100),
    outcome text NOT NULL CHECK (outcome IN ('open', 'won', 'lost')),
    stale_after_days integer,
    required_fields text[] NOT NULL,
    archived_at timestamptz
);
CREATE INDEX stages_pipeline_id ON stages (pipeline_id, position);

CREATE TABLE lost_reasons (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL,
    position integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    archived_at timestamptz,
    CONSTRAINT lost_reasons_name_key UNIQUE (name_key)
);

CREATE TABLE products (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL,
    category text,
    list_price_cents bigint,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    archived_at timestamptz,
    CONSTRAINT products_name_key UNIQUE (name_key)
);

CREATE TABLE opportunities (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    client_id uuid REFERENCES clients,
    owner_id uuid,
    pipeline_id uuid NOT NULL REFERENCES pipelines,
    stage_id uuid NOT NULL REFERENCES stages,
    status text NOT NULL CHECK (status IN ('open', 'won', 'lost')),
    name text NOT NULL,
    amount_cents bigint NOT NULL CHECK (amount_cents >= 0),
    currency text NOT NULL DEFAULT 'EUR',
    product_id uuid REFERENCES products,
    expected_close_on date,
    opened_on date,
    closed_on date,
    stage_entered_at timestamptz NOT NULL,
    lost_reason_id uuid REFERENCES lost_reasons,
    lost_note text,
    next_step text,
    next_step_on date,
    source text,
    notes text,
    external_ref text,
    search_text text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    archived_at timestamptz,
    CONSTRAINT opportunities_closed CHECK ((status = 'open') = (closed_on IS NULL)),
    CONSTRAINT opportunities_lost_reason CHECK ((status = 'lost') = (lost_reason_id IS NOT NULL))
);
CREATE UNIQUE INDEX opportunities_external_ref_key ON opportunities (external_ref) WHERE external_ref IS NOT NULL;
CREATE INDEX opportunities_client_id ON opportunities (client_id, updated_at, id) WHERE archived_at IS NULL;
CREATE INDEX opportunities_stage_updated_at ON opportunities (stage_id, updated_at, id) WHERE archived_at IS NULL;
CREATE INDEX opportunities_owner_updated_at ON opportunities (owner_id, updated_at, id) WHERE archived_at IS NULL;
CREATE INDEX opportunities_updated_at ON opportunities (updated_at, id) WHERE archived_at IS NULL;
CREATE INDEX opportunities_amount ON opportunities (amount_cents, id) WHERE archived_at IS NULL;
CREATE INDEX opportunities_name ON opportunities (name, id) WHERE archived_at IS NULL;
CREATE INDEX opportunities_expected_close_on ON opportunities ((coalesce(expected_close_on, '9999-12-31')), id)
    WHERE archived_at IS NULL;
CREATE INDEX opportunities_search ON opportunities USING gin (search_text gin_trgm_ops) WITH (fastupdate = off);

-- Every stage an opportunity was ever in, and for how long.
CREATE TABLE stage_moves (
    id uuid PRIMARY KEY,
    opportunity_id uuid NOT NULL REFERENCES opportunities,
    from_stage_id uuid REFERENCES stages,
    to_stage_id uuid NOT NULL REFERENCES stages,
    moved_by uuid,
    moved_at timestamptz NOT NULL,
    seconds_in_from bigint
);
CREATE INDEX stage_moves_opportunity_id ON stage_moves (opportunity_id, moved_at, id);

CREATE TABLE interactions (
    id uuid PRIMARY KEY,
    client_id uuid REFERENCES clients,
    opportunity_id uuid REFERENCES opportunities,
    contact_id uuid REFERENCES contacts,
    site_id uuid REFERENCES sites,
    kind text NOT NULL,
    direction text CHECK (direction IN ('in', 'out')),
    subject text,
    body text,
    details jsonb,
    duration_minutes integer,
    occurred_at timestamptz NOT NULL,
    actor_id uuid,
    created_at timestamptz NOT NULL
);
CREATE INDEX interactions_client ON interactions (client_id, occurred_at, id) WHERE client_id IS NOT NULL;
CREATE INDEX interactions_opportunity ON interactions (opportunity_id, occurred_at, id) WHERE opportunity_id IS NOT NULL;
CREATE TRIGGER interactions_stay BEFORE UPDATE ON interactions
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE imports (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    kind text NOT NULL,
    filename text NOT NULL,
    status text NOT NULL,
    encoding text NOT NULL,
    separator text NOT NULL,
    source_columns jsonb NOT NULL,
    mapping jsonb NOT NULL,
    options jsonb NOT NULL,
    facts jsonb NOT NULL,
    rows_total bigint NOT NULL,
    rows_done bigint NOT NULL,
    created_count bigint NOT NULL,
    updated_count bigint NOT NULL,
    skipped_count bigint NOT NULL,
    failed_count bigint NOT NULL,
    warned_count bigint NOT NULL,
    error text,
    created_by uuid NOT NULL,
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    finished_at timestamptz
);
CREATE INDEX imports_created_at ON imports (created_at, id);

-- The uploaded file, in pieces, so that any replica can run the import and a restart can go on with it.
CREATE TABLE import_chunks (
    import_id uuid NOT NULL REFERENCES imports ON DELETE CASCADE,
    number integer NOT NULL,
    bytes bytea NOT NULL,
    PRIMARY KEY (import_id, number)
);

-- What became of each row of the last check or run that is worth telling: everything but rows that went in plainly.
CREATE TABLE import_rows (
    import_id uuid NOT NULL REFERENCES imports ON DELETE CASCADE,
    line bigint NOT NULL,
    outcome text NOT NULL,
    record_id uuid,
    problems jsonb NOT NULL,
    fields jsonb NOT NULL,
    PRIMARY KEY (import_id, line)
);
CREATE INDEX import_rows_outcome ON import_rows (import_id, outcome, line);

-- The push flow, ready to use; an admin may change it.
INSERT INTO pipelines (id, version, name, is_default, sequential, created_at, updated_at)
VALUES ('019aab00-0000-7000-8000-000000000001', 1, 'Vendita', true, false, now(), now());
INSERT INTO stages (id, pipeline_id, name, position, probability, outcome, stale_after_days, required_fields) VALUES
    ('019aab00-0000-7000-8000-000000000011', '019aab00-0000-7000-8000-000000000001', 'Nuovo contatto', 1, 10, 'open', 14, '{}'),
    ('019aab00-0000-7000-8000-000000000012', '019aab00-0000-7000-8000-000000000001', 'Qualificata', 2, 30, 'open', 21, '{}'),
    ('019aab00-0000-7000-8000-000000000013', '019aab00-0000-7000-8000-000000000001', 'Proposta', 3, 50, 'open', 21, '{amount_cents}'),
    ('019aab00-0000-7000-8000-000000000014', '019aab00-0000-7000-8000-000000000001', 'Negoziazione', 4, 75, 'open', 14, '{amount_cents,expected_close_on}'),
    ('019aab00-0000-7000-8000-000000000015', '019aab00-0000-7000-8000-000000000001', 'Vinta', 5, 100, 'won', NULL, '{amount_cents}'),
    ('019aab00-0000-7000-8000-000000000016', '019aab00-0000-7000-8000-000000000001', 'Persa', 6, 0, 'lost', NULL, '{}');
INSERT INTO lost_reasons (id, version, name, name_key, position, created_at, updated_at) VALUES
    ('019aab00-0000-7000-8000-000000000021', 1, 'Prezzo', 'prezzo', 1, now(), now()),
    ('019aab00-0000-7000-8000-000000000022', 1, 'Ha scelto un concorrente', 'hasceltounconcorrente', 2, now(), now()),
    ('019aab00-0000-7000-8000-000000000023', 1, 'Nessuna risposta', 'nessunarisposta', 3, now(), now()),
    ('019aab00-0000-7000-8000-000000000024', 1, 'Tempi di consegna', 'tempidiconsegna', 4, now(), now()),
    ('019aab00-0000-7000-8000-000000000025', 1, 'Progetto annullato', 'progettoannullato', 5, now(), now()),
    ('019aab00-0000-7000-8000-000000000026', 1, 'Non indicato', 'nonindicato', 6, now(), now());
