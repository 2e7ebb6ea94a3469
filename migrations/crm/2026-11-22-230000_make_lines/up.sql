-- What is offered or ordered, priced: each line keeps what was true when it was written, so that it never changes
-- when the catalogue does.
CREATE TABLE lines (
    id uuid PRIMARY KEY,
    -- Of one document, at its place.
    proposal_version_id uuid,
    order_id uuid,
    position integer NOT NULL,
    product_id uuid REFERENCES products,
    sku text,
    description text NOT NULL,
    adm_code text,
    is_liquid boolean NOT NULL,
    volume_ml numeric(9, 2),
    nicotine_mg_ml numeric(6, 2),
    unit text NOT NULL,
    quantity numeric(12, 3) NOT NULL CHECK (quantity > 0),
    -- What the price lists said, and where; then what is asked for.
    list_price numeric(14, 4),
    price_source text NOT NULL,
    unit_price numeric(14, 4) NOT NULL CHECK (unit_price >= 0),
    discount_percent numeric(5, 2) NOT NULL CHECK (discount_percent BETWEEN 0 AND 100),
    -- Consumption tax of one unit, on the day of the document.
    unit_tax numeric(14, 6) NOT NULL CHECK (unit_tax >= 0),
    vat_rate smallint NOT NULL CHECK (vat_rate IN (0, 4, 5, 10, 22)),
    vat_nature text,
    -- Both rounded half-up to the cent.
    net_cents bigint NOT NULL,
    tax_cents bigint NOT NULL,
    unit_cost numeric(14, 4),
    CONSTRAINT lines_document CHECK (num_nonnulls(proposal_version_id, order_id) = 1),
    CONSTRAINT lines_nature CHECK ((vat_rate = 0) = (vat_nature IS NOT NULL))
);
CREATE UNIQUE INDEX lines_proposal ON lines (proposal_version_id, position) WHERE proposal_version_id IS NOT NULL;
CREATE UNIQUE INDEX lines_order ON lines (order_id, position) WHERE order_id IS NOT NULL;
CREATE INDEX lines_product ON lines (product_id) WHERE product_id IS NOT NULL;
