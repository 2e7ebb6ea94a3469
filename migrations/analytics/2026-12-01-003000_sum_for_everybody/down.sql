DROP INDEX deals_since;
DROP INDEX deals_province_closed;
DROP INDEX deals_product_closed;
DROP INDEX deals_source_closed;
ALTER TABLE passages DROP COLUMN owner_id, DROP COLUMN province, DROP COLUMN product_id, DROP COLUMN source_id;
ALTER TABLE forecasts DROP COLUMN owner_id, DROP COLUMN province, DROP COLUMN product_id, DROP COLUMN source_id;
DROP INDEX clients_created;
DROP INDEX clients_considered;
DROP INDEX clients_decided;
DROP INDEX clients_activated;
DROP INDEX clients_retained;
DROP INDEX clients_loyal;
DROP INDEX activities_owner;
CREATE INDEX activities_owner ON activities (owner_id, day);
-- The sums that were before are counted by a rebuild.
DELETE FROM counts;
DELETE FROM count_deltas;
ALTER TABLE changes DROP COLUMN recount;
