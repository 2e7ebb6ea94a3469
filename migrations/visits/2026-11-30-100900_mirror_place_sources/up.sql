-- Where a place's coordinates come from, as crm tells: manual, gps, or the town's centre (comune).
ALTER TABLE places ADD COLUMN geo_source text;
-- What a client ordered, for the map's colours by value.
ALTER TABLE counted_orders
    ADD COLUMN client_id uuid,
    ADD COLUMN ordered_on date,
    ADD COLUMN total_cents bigint NOT NULL DEFAULT 0;
CREATE INDEX counted_orders_day ON counted_orders (ordered_on, client_id, total_cents);
