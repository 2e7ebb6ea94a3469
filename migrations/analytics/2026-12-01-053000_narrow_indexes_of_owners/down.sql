DROP INDEX deals_owner_opened;
DROP INDEX orders_owner;
DROP INDEX order_products_owner;
DROP INDEX order_products_province;
CREATE INDEX deals_owner_opened ON deals (owner_id, opened_on) INCLUDE (amount_cents, province, product_id, source_id)
    WHERE NOT archived;
CREATE INDEX orders_owner ON orders (owner_id, day) INCLUDE (net_cents, next_on, province, source_id) WHERE counted;
CREATE INDEX order_products_owner ON order_products (owner_id, day) INCLUDE (product_id, net_cents) WHERE counted;
CREATE INDEX order_products_province ON order_products (province, day) INCLUDE (product_id, net_cents) WHERE counted;
