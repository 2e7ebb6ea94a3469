DROP INDEX counted_orders_day;
ALTER TABLE counted_orders DROP COLUMN client_id, DROP COLUMN ordered_on, DROP COLUMN total_cents;
ALTER TABLE places DROP COLUMN geo_source;
