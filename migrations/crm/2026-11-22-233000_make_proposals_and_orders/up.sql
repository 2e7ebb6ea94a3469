ALTER TABLE clients
    -- The fido: what may be open at once. NULL: no limit.
    ADD COLUMN credit_limit_cents bigint CHECK (credit_limit_cents >= 0),
    ADD COLUMN payment_terms text;

-- The last number given in each series and business year. Its row is locked until the document that takes the next
-- number is committed, so there is neither a gap nor a double.
CREATE TABLE document_numbers (
    series text NOT NULL,
    year smallint NOT NULL,
    last integer NOT NULL,
    PRIMARY KEY (series, year)
);

-- What needs a manager's yes. One row.
CREATE TABLE approval_rules (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    version bigint NOT NULL,
    max_amount_cents bigint CHECK (max_amount_cents >= 0),
    min_margin_percent numeric(5, 2) CHECK (min_margin_percent BETWEEN 0 AND 100),
    discount boolean NOT NULL,
    credit boolean NOT NULL,
    updated_at timestamptz NOT NULL,
    updated_by uuid
);
INSERT INTO approval_rules (version, max_amount_cents, discount, credit, updated_at)
VALUES (1, 1000000, true, true, now());

CREATE TABLE proposals (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    year smallint NOT NULL,
    serial integer NOT NULL,
    number text NOT NULL,
    client_id uuid NOT NULL REFERENCES clients,
    opportunity_id uuid REFERENCES opportunities,
    owner_id uuid,
    -- Of the version that counts now; kept here for lists.
    status text NOT NULL CHECK (status IN ('draft', 'sent', 'accepted', 'refused', 'expired')),
    current_version integer NOT NULL,
    valid_until date NOT NULL,
    total_cents bigint NOT NULL,
    waits_for_approval boolean NOT NULL,
    search_text text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    archived_at timestamptz,
    CONSTRAINT proposals_number_key UNIQUE (year, serial)
);
CREATE INDEX proposals_updated_at ON proposals (updated_at, id) WHERE archived_at IS NULL;
CREATE INDEX proposals_owner ON proposals (owner_id, updated_at, id) WHERE archived_at IS NULL;
CREATE INDEX proposals_client ON proposals (client_id, updated_at, id) WHERE archived_at IS NULL;
CREATE INDEX proposals_opportunity ON proposals (opportunity_id, updated_at, id) WHERE opportunity_id IS NOT NULL;
CREATE INDEX proposals_status ON proposals (status, updated_at, id) WHERE archived_at IS NULL;
CREATE INDEX proposals_waiting ON proposals (updated_at, id) WHERE waits_for_approval AND archived_at IS NULL;
CREATE INDEX proposals_search ON proposals USING gin (search_text gin_trgm_ops) WITH (fastupdate = off);

CREATE TABLE proposal_versions (
    id uuid PRIMARY KEY,
    proposal_id uuid NOT NULL REFERENCES proposals,
    number integer NOT NULL,
    status text NOT NULL
        CHECK (status IN ('draft', 'sent', 'accepted', 'refused', 'expired', 'withdrawn', 'replaced')),
    -- The content: not to be changed once it was sent.
    site_id uuid REFERENCES sites,
    contact_id uuid REFERENCES contacts,
    valid_until date NOT NULL,
    payment_terms text,
    delivery_terms text,
    notes text,
    net_cents bigint NOT NULL,
    tax_cents bigint NOT NULL,
    vat_cents bigint NOT NULL,
    total_cents bigint NOT NULL,
    content_hash text NOT NULL,
    written_by uuid,
    -- Approval, bound to the content.
    needs_approval jsonb NOT NULL,
    requested_hash text,
    approved_hash text,
    approved_by uuid,
    approved_at timestamptz,
    rejected_hash text,
    rejected_by uuid,
    rejected_at timestamptz,
    rejected_reason text,
    -- What became of it.
    sent_at timestamptz,
    sent_by uuid,
    sent_to text,
    link_expires_at timestamptz,
    viewed_at timestamptz,
    answered_at timestamptz,
    answered_by text,
    answered_role text,
    answered_via text CHECK (answered_via IN ('link', 'colleague')),
    answered_from text,
    answer_note text,
    pdf_sha256 text,
    created_at timestamptz NOT NULL,
    CONSTRAINT proposal_versions_number_key UNIQUE (proposal_id, number),
    -- What needs a yes is not sent without one for just this content.
    CONSTRAINT proposal_versions_approved
        CHECK (status IN ('draft', 'replaced') OR needs_approval = '[]' OR approved_hash IS NOT DISTINCT FROM content_hash),
    CONSTRAINT proposal_versions_sent CHECK (status IN ('draft', 'replaced') OR sent_at IS NOT NULL)
);
-- One version at most is the customer's to answer.
CREATE UNIQUE INDEX proposal_versions_sent_key ON proposal_versions (proposal_id) WHERE status = 'sent';
CREATE INDEX proposal_versions_due ON proposal_versions (valid_until, id) WHERE status = 'sent';

-- What the customer sees on paper, byte by byte, and what it was printed from.
CREATE TABLE proposal_papers (
    version_id uuid PRIMARY KEY REFERENCES proposal_versions,
    document jsonb NOT NULL,
    pdf bytea NOT NULL,
    sha256 text NOT NULL
);
CREATE TRIGGER proposal_papers_stay BEFORE UPDATE OR DELETE ON proposal_papers
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE orders (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    year smallint NOT NULL,
    serial integer NOT NULL,
    number text NOT NULL,
    channel text NOT NULL CHECK (channel IN ('push', 'pull', 'ecommerce')),
    status text NOT NULL CHECK (status IN
        ('pending_approval', 'approved', 'processing', 'shipped', 'delivered', 'invoiced', 'cancelled')),
    client_id uuid NOT NULL REFERENCES clients,
    owner_id uuid,
    generated_from uuid REFERENCES proposal_versions,
    proposal_id uuid REFERENCES proposals,
    opportunity_id uuid REFERENCES opportunities,
    site_id uuid REFERENCES sites,
    contact_id uuid REFERENCES contacts,
    payment_terms text,
    delivery_terms text,
    delivery_address text,
    requested_on date,
    notes text,
    external_ref text,
    net_cents bigint NOT NULL,
    tax_cents bigint NOT NULL,
    vat_cents bigint NOT NULL,
    total_cents bigint NOT NULL,
    content_hash text NOT NULL,
    written_by uuid,
    -- Why somebody must look at it, and who said yes to which content.
    approval_needed jsonb NOT NULL,
    approved_hash text,
    approved_by uuid,
    approved_at timestamptz,
    refused_hash text,
    refused_by uuid,
    refused_at timestamptz,
    refused_reason text,
    -- Liquids in spite of the shop's authorisation: who answers for it, and why.
    override_hash text,
    override_by uuid,
    override_at timestamptz,
    override_reason text,
    processed_at timestamptz,
    shipped_at timestamptz,
    tracking text,
    delivered_at timestamptz,
    invoiced_at timestamptz,
    invoice_number text,
    paid_at timestamptz,
    cancelled_at timestamptz,
    cancel_reason text,
    search_text text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT orders_number_key UNIQUE (year, serial),
    CONSTRAINT orders_generated_from_key UNIQUE (generated_from),
    -- Nothing goes on whose present content nobody (or no rule) said yes to.
    CONSTRAINT orders_approved
        CHECK (status IN ('pending_approval', 'cancelled') OR approved_hash IS NOT DISTINCT FROM content_hash),
    CONSTRAINT orders_cancelled CHECK ((status = 'cancelled') = (cancelled_at IS NOT NULL)),
    CONSTRAINT orders_generated CHECK ((generated_from IS NULL) = (proposal_id IS NULL))
);
CREATE UNIQUE INDEX orders_external_ref_key ON orders (external_ref) WHERE external_ref IS NOT NULL;
CREATE INDEX orders_created_at ON orders (created_at, id);
CREATE INDEX orders_updated_at ON orders (updated_at, id);
CREATE INDEX orders_total ON orders (total_cents, id);
CREATE INDEX orders_owner ON orders (owner_id, created_at, id);
CREATE INDEX orders_owner_status ON orders (owner_id, status, created_at, id);
CREATE INDEX orders_client ON orders (client_id, created_at, id);
CREATE INDEX orders_status ON orders (status, created_at, id);
CREATE INDEX orders_proposal ON orders (proposal_id) WHERE proposal_id IS NOT NULL;
CREATE INDEX orders_opportunity ON orders (opportunity_id) WHERE opportunity_id IS NOT NULL;
CREATE INDEX orders_waiting ON orders (created_at, id)
    WHERE status = 'pending_approval' AND refused_hash IS DISTINCT FROM content_hash;
-- What a client owes or will owe.
CREATE INDEX orders_open ON orders (client_id) INCLUDE (total_cents)
    WHERE status IN ('approved', 'processing', 'shipped', 'delivered', 'invoiced') AND paid_at IS NULL;
CREATE INDEX orders_search ON orders USING gin (search_text gin_trgm_ops) WITH (fastupdate = off);

-- Every step of an order: who took it, when, from where to where.
CREATE TABLE order_steps (
    id uuid PRIMARY KEY,
    order_id uuid NOT NULL REFERENCES orders,
    step text NOT NULL,
    from_status text,
    to_status text NOT NULL,
    actor_id uuid,
    at timestamptz NOT NULL,
    note text,
    content_hash text NOT NULL,
    total_cents bigint NOT NULL
);
CREATE INDEX order_steps_order ON order_steps (order_id, at, id);
CREATE TRIGGER order_steps_stay BEFORE UPDATE OR DELETE ON order_steps
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

ALTER TABLE lines
    ADD CONSTRAINT lines_proposal_version_fkey FOREIGN KEY (proposal_version_id) REFERENCES proposal_versions,
    ADD CONSTRAINT lines_order_fkey FOREIGN KEY (order_id) REFERENCES orders;

-- A sent version never changes: not its content, not its lines. The code does not try; this holds if it did.
CREATE FUNCTION keep_sent_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'draft' THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE'
        OR (NEW.id, NEW.proposal_id, NEW.number, NEW.site_id, NEW.contact_id, NEW.valid_until, NEW.payment_terms,
            NEW.delivery_terms, NEW.notes, NEW.net_cents, NEW.tax_cents, NEW.vat_cents, NEW.total_cents,
            NEW.content_hash, NEW.written_by, NEW.needs_approval, NEW.approved_hash, NEW.sent_at)
        IS DISTINCT FROM
           (OLD.id, OLD.proposal_id, OLD.number, OLD.site_id, OLD.contact_id, OLD.valid_until, OLD.payment_terms,
            OLD.delivery_terms, OLD.notes, OLD.net_cents, OLD.tax_cents, OLD.vat_cents, OLD.total_cents,
            OLD.content_hash, OLD.written_by, OLD.needs_approval, OLD.approved_hash, OLD.sent_at)
        OR NEW.status = 'draft'
        -- What was answered stays answered.
        OR (OLD.answered_at IS NOT NULL AND
            (NEW.status, NEW.answered_at, NEW.answered_by, NEW.answered_role, NEW.answered_via, NEW.pdf_sha256)
            IS DISTINCT FROM
            (OLD.status, OLD.answered_at, OLD.answered_by, OLD.answered_role, OLD.answered_via, OLD.pdf_sha256))
    THEN
        RAISE EXCEPTION 'version % of a proposal was sent: it does not change', OLD.number;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER proposal_versions_stay BEFORE UPDATE OR DELETE ON proposal_versions
    FOR EACH ROW EXECUTE FUNCTION keep_sent_version();

CREATE FUNCTION refuse_settled(version uuid, "order" uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM proposal_versions v WHERE v.id = version AND v.status <> 'draft') THEN
        RAISE EXCEPTION 'lines of a sent version of a proposal do not change';
    END IF;
    IF EXISTS (SELECT 1 FROM orders o WHERE o.id = "order" AND o.status NOT IN ('pending_approval', 'approved')) THEN
        RAISE EXCEPTION 'lines of an order do not change once it is processed';
    END IF;
END $$;
CREATE FUNCTION keep_settled_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM refuse_settled(OLD.proposal_version_id, OLD.order_id);
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    PERFORM refuse_settled(NEW.proposal_version_id, NEW.order_id);
    RETURN NEW;
END $$;
CREATE TRIGGER lines_stay BEFORE INSERT OR UPDATE OR DELETE ON lines
    FOR EACH ROW EXECUTE FUNCTION keep_settled_lines();
