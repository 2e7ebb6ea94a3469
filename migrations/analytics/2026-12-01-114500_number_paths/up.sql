-- Sums of the funnel go by the number of a path, which fits into the indexes that filters enter.
CREATE TABLE paths (
    id bigint PRIMARY KEY,
    path text NOT NULL
);
INSERT INTO paths (id, path) SELECT DISTINCT hashtextextended(path, 0), path FROM deals;
ALTER TABLE deals ADD COLUMN path_id bigint NOT NULL GENERATED ALWAYS AS (hashtextextended(path, 0)) STORED;
DROP INDEX deals_province;
DROP INDEX deals_product;
DROP INDEX deals_source;
CREATE INDEX deals_province ON deals (province, opened_on) INCLUDE (amount_cents, owner_id, product_id, source_id, path_id)
    WHERE NOT archived;
CREATE INDEX deals_product ON deals (product_id, opened_on) INCLUDE (amount_cents, owner_id, province, source_id, path_id)
    WHERE NOT archived;
CREATE INDEX deals_source ON deals (source_id, opened_on) INCLUDE (amount_cents, owner_id, province, product_id, path_id)
    WHERE NOT archived;
