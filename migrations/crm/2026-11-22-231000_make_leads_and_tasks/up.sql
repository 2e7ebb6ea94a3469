-- Where interest comes from, and the fairs and other efforts that bring it.
CREATE TABLE lead_sources (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL,
    position integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    archived_at timestamptz,
    CONSTRAINT lead_sources_name_key UNIQUE (name_key)
);
INSERT INTO lead_sources (id, version, name, name_key, position, created_at, updated_at) VALUES
    ('019aab00-0000-7000-8000-000000000031', 1, 'Fiera', 'fiera', 1, now(), now()),
    ('019aab00-0000-7000-8000-000000000032', 1, 'Sito web', 'sitoweb', 2, now(), now()),
    ('019aab00-0000-7000-8000-000000000033', 1, 'Passaparola', 'passaparola', 3, now(), now()),
    ('019aab00-0000-7000-8000-000000000034', 1, 'Chiamata a freddo', 'chiamataafreddo', 4, now(), now()),
    ('019aab00-0000-7000-8000-000000000035', 1, 'Telefonata ricevuta', 'telefonataricevuta', 5, now(), now()),
    ('019aab00-0000-7000-8000-000000000036', 1, 'E-mail', 'email', 6, now(), now()),
    ('019aab00-0000-7000-8000-000000000037', 1, 'Social', 'social', 7, now(), now()),
    ('019aab00-0000-7000-8000-000000000038', 1, 'Giro in zona', 'giroinzona', 8, now(), now()),
    ('019aab00-0000-7000-8000-000000000039', 1, 'Altro', 'altro', 9, now(), now());

CREATE TABLE campaigns (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('fair', 'web', 'email', 'phone', 'social', 'print', 'event', 'other')),
    source_id uuid REFERENCES lead_sources,
    starts_on date,
    ends_on date,
    place text,
    cost_cents bigint CHECK (cost_cents >= 0),
    notes text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    archived_at timestamptz,
    CONSTRAINT campaigns_name_key UNIQUE (name_key),
    CONSTRAINT campaigns_period CHECK (ends_on >= starts_on)
);

ALTER TABLE clients ADD COLUMN source_id uuid REFERENCES lead_sources, ADD COLUMN campaign_id uuid REFERENCES campaigns;
ALTER TABLE opportunities ADD COLUMN source_id uuid REFERENCES lead_sources, ADD COLUMN campaign_id uuid REFERENCES campaigns;

CREATE TABLE leads (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    status text NOT NULL CHECK (status IN ('new', 'contacted', 'qualified', 'converted', 'lost')),
    company_name text,
    first_name text,
    last_name text,
    email text,
    phone text,
    vat_number text,
    tax_code text,
    street text,
    street_number text,
    cap text,
    city text,
    province text,
    source_id uuid REFERENCES lead_sources,
    campaign_id uuid REFERENCES campaigns,
    interest text,
    notes text,
    owner_id uuid,
    external_ref text,
    -- Until when it should be contacted; working days alone count.
    due_at timestamptz NOT NULL,
    contacted_at timestamptz,
    qualified_at timestamptz,
    closed_at timestamptz,
    lost_reason_id uuid REFERENCES lost_reasons,
    lost_note text,
    client_id uuid REFERENCES clients,
    contact_id uuid REFERENCES contacts,
    opportunity_id uuid REFERENCES opportunities,
    do_not_call boolean NOT NULL DEFAULT false,
    do_not_email boolean NOT NULL DEFAULT false,
    name text NOT NULL,
    name_key text NOT NULL,
    search_text text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    archived_at timestamptz,
    CONSTRAINT leads_closed CHECK ((status IN ('converted', 'lost')) = (closed_at IS NOT NULL)),
    CONSTRAINT leads_converted CHECK ((status = 'converted') = (client_id IS NOT NULL)),
    CONSTRAINT leads_lost_reason CHECK ((status = 'lost') = (lost_reason_id IS NOT NULL))
);
CREATE UNIQUE INDEX leads_external_ref_key ON leads (external_ref) WHERE external_ref IS NOT NULL;
CREATE INDEX leads_updated_at ON leads (updated_at, id) WHERE archived_at IS NULL;
CREATE INDEX leads_created_at ON leads (created_at, id) WHERE archived_at IS NULL;
CREATE INDEX leads_name ON leads (name_key, id) WHERE archived_at IS NULL;
CREATE INDEX leads_owner_updated_at ON leads (owner_id, updated_at, id) WHERE archived_at IS NULL;
CREATE INDEX leads_status_updated_at ON leads (status, updated_at, id) WHERE archived_at IS NULL;
CREATE INDEX leads_due ON leads (due_at, id) WHERE status = 'new' AND archived_at IS NULL;
CREATE INDEX leads_board ON leads (status) INCLUDE (owner_id, due_at) WHERE archived_at IS NULL;
CREATE INDEX leads_campaign ON leads (campaign_id, updated_at, id) WHERE campaign_id IS NOT NULL AND archived_at IS NULL;
CREATE INDEX leads_client ON leads (client_id) WHERE client_id IS NOT NULL;
CREATE INDEX leads_search ON leads USING gin (search_text gin_trgm_ops) WITH (fastupdate = off);

-- What a duplicate is known by. Names are compared within a CAP.
CREATE INDEX leads_vat_number ON leads (vat_number) WHERE vat_number IS NOT NULL;
CREATE INDEX leads_tax_code ON leads (tax_code) WHERE tax_code IS NOT NULL;
CREATE INDEX leads_email ON leads (email) WHERE email IS NOT NULL;
CREATE INDEX leads_phone ON leads (phone) WHERE phone IS NOT NULL;
CREATE INDEX leads_cap ON leads (cap) WHERE cap IS NOT NULL AND archived_at IS NULL;
CREATE INDEX clients_tax_code ON clients (tax_code) WHERE tax_code IS NOT NULL;
CREATE INDEX clients_email ON clients (email) WHERE email IS NOT NULL;
CREATE INDEX clients_phone ON clients (phone) WHERE phone IS NOT NULL;
CREATE INDEX clients_cap ON clients (cap) WHERE cap IS NOT NULL AND archived_at IS NULL;
CREATE INDEX contacts_email ON contacts (email) WHERE email IS NOT NULL;
CREATE INDEX contacts_phone ON contacts (phone) WHERE phone IS NOT NULL;
CREATE INDEX contacts_mobile ON contacts (mobile) WHERE mobile IS NOT NULL;

-- A lead's story goes to the timeline of the client that it becomes: once, and nothing else of an entry changes.
ALTER TABLE interactions ADD COLUMN lead_id uuid REFERENCES leads;
CREATE INDEX interactions_lead ON interactions (lead_id, occurred_at, id) WHERE lead_id IS NOT NULL;
DROP TRIGGER interactions_stay ON interactions;
CREATE TRIGGER interactions_stay BEFORE UPDATE ON interactions FOR EACH ROW
    WHEN (NOT (OLD.client_id IS NULL AND OLD.lead_id IS NOT NULL AND NEW.client_id IS NOT NULL
        AND to_jsonb(OLD) - 'client_id' = to_jsonb(NEW) - 'client_id'))
    EXECUTE FUNCTION refuse_change();

-- Who gets a lead: the first active rule that fits it says.
CREATE TABLE assignment_rules (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    name text NOT NULL,
    method text NOT NULL CHECK (method IN ('round_robin', 'least_busy', 'territory')),
    members jsonb NOT NULL,
    source_id uuid REFERENCES lead_sources,
    campaign_id uuid REFERENCES campaigns,
    provinces text[] NOT NULL,
    position integer NOT NULL,
    active boolean NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    archived_at timestamptz
);
-- Whose turn was last: locked by whoever assigns, so that turns are fair however many come at once.
CREATE TABLE assignment_turns (
    rule_id uuid PRIMARY KEY REFERENCES assignment_rules,
    last_user_id uuid,
    given bigint NOT NULL
);

-- What people said about being written to or called, per channel; the last word counts.
ALTER TABLE contacts ADD COLUMN do_not_call boolean NOT NULL DEFAULT false,
    ADD COLUMN do_not_email boolean NOT NULL DEFAULT false;
CREATE TABLE consents (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    contact_id uuid REFERENCES contacts,
    lead_id uuid REFERENCES leads,
    channel text NOT NULL CHECK (channel IN ('phone', 'email', 'sms_whatsapp', 'post')),
    status text NOT NULL CHECK (status IN ('granted', 'refused')),
    at timestamptz NOT NULL,
    source text NOT NULL,
    note text,
    recorded_by uuid,
    updated_at timestamptz NOT NULL,
    CONSTRAINT consents_person CHECK (num_nonnulls(contact_id, lead_id) = 1)
);
CREATE UNIQUE INDEX consents_contact_key ON consents (contact_id, channel) WHERE contact_id IS NOT NULL;
CREATE UNIQUE INDEX consents_lead_key ON consents (lead_id, channel) WHERE lead_id IS NOT NULL;

CREATE TABLE tasks (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    title text NOT NULL,
    notes text,
    priority text NOT NULL CHECK (priority IN ('low', 'normal', 'high')),
    due_at timestamptz NOT NULL,
    -- 48 hours of working days behind due_at.
    late_at timestamptz NOT NULL,
    assignee_id uuid NOT NULL,
    status text NOT NULL CHECK (status IN ('open', 'done', 'cancelled')),
    record_kind text,
    record_id uuid,
    -- The client that the record belongs to, for the client's page.
    client_id uuid REFERENCES clients,
    outcome text,
    closed_at timestamptz,
    closed_by uuid,
    created_by uuid NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT tasks_record CHECK ((record_kind IS NULL) = (record_id IS NULL)),
    CONSTRAINT tasks_closed CHECK ((status = 'open') = (closed_at IS NULL))
);
CREATE INDEX tasks_assignee_due ON tasks (assignee_id, due_at, id) WHERE status = 'open';
CREATE INDEX tasks_due ON tasks (due_at, id) WHERE status = 'open';
CREATE INDEX tasks_closed ON tasks (assignee_id, due_at, id) WHERE status <> 'open';
CREATE INDEX tasks_record ON tasks (record_kind, record_id, due_at, id) WHERE record_id IS NOT NULL;
CREATE INDEX tasks_client ON tasks (client_id, due_at, id) WHERE client_id IS NOT NULL;

INSERT INTO lost_reasons (id, version, name, name_key, position, created_at, updated_at) VALUES
    ('019aab00-0000-7000-8000-000000000041', 1, 'Non interessato', 'noninteressato', 7, now(), now()),
    ('019aab00-0000-7000-8000-000000000042', 1, 'Recapiti sbagliati', 'recapitisbagliati', 8, now(), now())
ON CONFLICT DO NOTHING;
