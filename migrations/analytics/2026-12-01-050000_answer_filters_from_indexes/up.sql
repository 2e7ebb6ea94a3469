-- Filters with a period: what the sums ask of a deal stands in the index that the filter enters.
DROP INDEX deals_owner_closed;
DROP INDEX deals_owner_opened;
DROP INDEX deals_province;
DROP INDEX deals_product;
DROP INDEX deals_source;
DROP INDEX deals_province_closed;
DROP INDEX deals_product_closed;
DROP INDEX deals_source_closed;
CREATE INDEX deals_owner_closed ON deals (owner_id, closed_on)
    INCLUDE (status, amount_cents, opened_on, lost_reason_id, province, product_id, source_id)
    WHERE NOT archived AND closed_on IS NOT NULL;
CREATE INDEX deals_province_closed ON deals (province, closed_on)
    INCLUDE (status, amount_cents, opened_on, lost_reason_id, owner_id, product_id, source_id)
    WHERE NOT archived AND closed_on IS NOT NULL;
CREATE INDEX deals_product_closed ON deals (product_id, closed_on)
    INCLUDE (status, amount_cents, opened_on, lost_reason_id, owner_id, province, source_id)
    WHERE NOT archived AND closed_on IS NOT NULL;
CREATE INDEX deals_source_closed ON deals (source_id, closed_on)
    INCLUDE (status, amount_cents, opened_on, lost_reason_id, owner_id, province, product_id)
    WHERE NOT archived AND closed_on IS NOT NULL;
CREATE INDEX deals_owner_opened ON deals (owner_id, opened_on) INCLUDE (amount_cents, province, product_id, source_id)
    WHERE NOT archived;
CREATE INDEX deals_province ON deals (province, opened_on) INCLUDE (amount_cents, owner_id, product_id, source_id)
    WHERE NOT archived;
CREATE INDEX deals_product ON deals (product_id, opened_on) INCLUDE (amount_cents, owner_id, province, source_id)
    WHERE NOT archived;
CREATE INDEX deals_source ON deals (source_id, opened_on) INCLUDE (amount_cents, owner_id, province, product_id)
    WHERE NOT archived;

-- What is open now; since when, and until when it is expected, is looked at with these, or in the sums.
DROP INDEX deals_since;
CREATE INDEX deals_open_province ON deals (province)
    INCLUDE (stage_id, owner_id, product_id, source_id, amount_cents, expected_close_on, stage_entered_at)
    WHERE status = 'open' AND NOT archived;
CREATE INDEX deals_open_product ON deals (product_id)
    INCLUDE (stage_id, owner_id, province, source_id, amount_cents, expected_close_on, stage_entered_at)
    WHERE status = 'open' AND NOT archived;
CREATE INDEX deals_open_source ON deals (source_id)
    INCLUDE (stage_id, owner_id, province, product_id, amount_cents, expected_close_on, stage_entered_at)
    WHERE status = 'open' AND NOT archived;
DROP INDEX forecasts_month;
CREATE INDEX forecasts_owner ON forecasts (owner_id, month);
CREATE INDEX forecasts_province ON forecasts (province, month);
CREATE INDEX forecasts_product ON forecasts (product_id, month);
CREATE INDEX forecasts_source ON forecasts (source_id, month);

-- Clients: when they entered each phase, and where they stand.
DROP INDEX clients_owner;
DROP INDEX clients_province;
CREATE INDEX clients_owner ON clients (owner_id) INCLUDE (province, source_id, created_on, considered_on, decided_on,
    activated_on, retained_on, loyal_on, phase, segment, churn, net_year_cents) WHERE NOT archived;
CREATE INDEX clients_province ON clients (province) INCLUDE (owner_id, source_id, created_on, considered_on, decided_on,
    activated_on, retained_on, loyal_on, phase, segment, churn, net_year_cents) WHERE NOT archived;
CREATE INDEX clients_source ON clients (source_id) INCLUDE (owner_id, province, created_on, considered_on, decided_on,
    activated_on, retained_on, loyal_on, phase, segment, churn, net_year_cents) WHERE NOT archived;

-- Stages left, with or without a filter. An expression, so that no question with a filter goes through all of a period.
DROP INDEX passages_left;
DROP INDEX passages_owner;
DROP INDEX passages_province;
DROP INDEX passages_product;
DROP INDEX passages_source;
CREATE INDEX passages_left ON passages ((left_on + 0), stage_id, days);
CREATE INDEX passages_owner ON passages (owner_id, left_on) INCLUDE (stage_id, days);
CREATE INDEX passages_province ON passages (province, left_on) INCLUDE (stage_id, days);
CREATE INDEX passages_product ON passages (product_id, left_on) INCLUDE (stage_id, days);
CREATE INDEX passages_source ON passages (source_id, left_on) INCLUDE (stage_id, days);

DROP INDEX orders_owner;
DROP INDEX orders_province;
DROP INDEX orders_source;
CREATE INDEX orders_owner ON orders (owner_id, day) INCLUDE (net_cents, next_on, province, source_id) WHERE counted;
CREATE INDEX orders_province ON orders (province, day) INCLUDE (net_cents, next_on, owner_id, source_id) WHERE counted;
CREATE INDEX orders_source ON orders (source_id, day) INCLUDE (net_cents, next_on, owner_id, province) WHERE counted;
-- What filters ask of an order stands beside its lines too.
ALTER TABLE order_products ADD COLUMN day date NOT NULL DEFAULT '1970-01-01',
    ADD COLUMN owner_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    ADD COLUMN counted boolean NOT NULL DEFAULT false, ADD COLUMN province text NOT NULL DEFAULT '', ADD COLUMN source_id uuid;
UPDATE order_products p SET day = o.day, owner_id = o.owner_id, counted = o.counted, province = o.province,
    source_id = o.source_id
FROM orders o WHERE o.id = p.order_id;
DROP INDEX order_products_product;
CREATE INDEX order_products_product ON order_products (product_id, day) INCLUDE (net_cents, owner_id, province, source_id)
    WHERE counted;
CREATE INDEX order_products_owner ON order_products (owner_id, day) INCLUDE (product_id, net_cents) WHERE counted;
CREATE INDEX order_products_province ON order_products (province, day) INCLUDE (product_id, net_cents) WHERE counted;
CREATE INDEX order_products_source ON order_products (source_id, day) INCLUDE (product_id, net_cents) WHERE counted;

-- The sums of a few owners; by an expression, so that they are looked for by owner and never by day alone.
DROP INDEX counts_owner;
CREATE INDEX counts_owner ON counts (measure, slice, owner_id, (day + 0)) WHERE slice < 10;
