DROP INDEX deals_province;
DROP INDEX deals_product;
DROP INDEX deals_source;
ALTER TABLE deals DROP COLUMN path_id;
DROP TABLE paths;
CREATE INDEX deals_province ON deals (province, opened_on) INCLUDE (amount_cents, owner_id, product_id, source_id)
    WHERE NOT archived;
CREATE INDEX deals_product ON deals (product_id, opened_on) INCLUDE (amount_cents, owner_id, province, source_id)
    WHERE NOT archived;
CREATE INDEX deals_source ON deals (source_id, opened_on) INCLUDE (amount_cents, owner_id, province, product_id)
    WHERE NOT archived;
