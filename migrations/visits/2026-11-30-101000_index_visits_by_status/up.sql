-- What is open, missed or cancelled is little among everything that was done: lists by status enter here.
CREATE INDEX visits_status_day ON visits (status, day, id);
-- The beginning of a CAP.
CREATE INDEX places_cap ON places (cap text_pattern_ops) WHERE NOT archived;
-- What some clients ordered from a day on.
DROP INDEX counted_orders_day;
CREATE INDEX counted_orders_client ON counted_orders (client_id, ordered_on) INCLUDE (total_cents);
