DROP INDEX counted_orders_client;
CREATE INDEX counted_orders_day ON counted_orders (ordered_on, client_id, total_cents);
DROP INDEX places_cap;
DROP INDEX visits_status_day;
