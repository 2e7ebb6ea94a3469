-- What is asked of an owner alone comes from the sums: these need not hold more than the way to the rows.
DROP INDEX deals_owner_opened;
DROP INDEX orders_owner;
DROP INDEX order_products_owner;
DROP INDEX order_products_province;
CREATE INDEX deals_owner_opened ON deals (owner_id, opened_on) WHERE NOT archived;
CREATE INDEX orders_owner ON orders (owner_id, day) WHERE counted;
CREATE INDEX order_products_owner ON order_products (owner_id, day) WHERE counted;
CREATE INDEX order_products_province ON order_products (province, day) WHERE counted;
