-- What we sell: a tree of categories, products and their variants.
CREATE TABLE product_categories (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL,
    parent_id uuid REFERENCES product_categories,
    position integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    archived_at timestamptz
);
CREATE UNIQUE INDEX product_categories_name_key
    ON product_categories (coalesce(parent_id, '00000000-0000-0000-0000-000000000000'), name_key)
    WHERE archived_at IS NULL;

-- The words that stood beside products become categories.
INSERT INTO product_categories (id, version, name, name_key, position, created_at, updated_at)
SELECT gen_random_uuid(), 1, min(category), word, 0, now(), now()
FROM (SELECT category, lower(regexp_replace(category, '[^[:alnum:]]', '', 'g')) AS word
      FROM products WHERE category IS NOT NULL) words
GROUP BY word;

ALTER TABLE products
    ADD COLUMN sku text,
    ADD COLUMN category_id uuid REFERENCES product_categories,
    ADD COLUMN parent_id uuid REFERENCES products,
    ADD COLUMN variant_label text,
    ADD COLUMN kind text NOT NULL DEFAULT 'other'
        CHECK (kind IN ('liquid', 'hardware', 'accessory', 'service', 'other')),
    ADD COLUMN volume_ml numeric(9, 2) CHECK (volume_ml > 0),
    ADD COLUMN nicotine_mg_ml numeric(6, 2) CHECK (nicotine_mg_ml >= 0),
    ADD COLUMN adm_code text,
    ADD COLUMN tax_stamp boolean NOT NULL DEFAULT false,
    ADD COLUMN unit text NOT NULL DEFAULT 'pz',
    ADD COLUMN vat_rate smallint NOT NULL DEFAULT 22 CHECK (vat_rate IN (0, 4, 5, 10, 22)),
    ADD COLUMN vat_nature text,
    ADD COLUMN list_price numeric(14, 4) CHECK (list_price >= 0),
    -- What one costs us. It leaves the service only for whoever may see costs.
    ADD COLUMN unit_cost numeric(14, 4) CHECK (unit_cost >= 0),
    ADD COLUMN external_ref text,
    ADD COLUMN search_text text NOT NULL DEFAULT '',
    ADD CONSTRAINT products_nature CHECK ((vat_rate = 0) = (vat_nature IS NOT NULL)),
    ADD CONSTRAINT products_variant CHECK (parent_id <> id);
UPDATE products SET
    list_price = list_price_cents / 100.0,
    search_text = regexp_replace(lower(name), '[^[:alnum:]]+', ' ', 'g'),
    category_id = (SELECT id FROM product_categories
                   WHERE name_key = lower(regexp_replace(category, '[^[:alnum:]]', '', 'g')));
ALTER TABLE products DROP COLUMN category;
CREATE UNIQUE INDEX products_sku_key ON products (upper(sku)) WHERE sku IS NOT NULL;
CREATE UNIQUE INDEX products_external_ref_key ON products (external_ref) WHERE external_ref IS NOT NULL;
CREATE INDEX products_name ON products (name_key, id) WHERE archived_at IS NULL;
CREATE INDEX products_category ON products (category_id, name_key, id) WHERE archived_at IS NULL;
CREATE INDEX products_parent ON products (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX products_search ON products USING gin (search_text gin_trgm_ops);

-- The words that products' names are made of, to know a typing error by. A word that is no longer used finds nothing.
CREATE TABLE product_words (word text PRIMARY KEY);
INSERT INTO product_words (word)
SELECT DISTINCT word FROM products, regexp_split_to_table(search_text, ' ') AS word WHERE word ~ '^[[:alpha:]]{3,40}$';

-- At which price: a client's list, then the lists above it, then the product's own price.
CREATE TABLE price_lists (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL,
    parent_id uuid REFERENCES price_lists,
    valid_from date,
    valid_until date,
    discount_percent numeric(5, 2) CHECK (discount_percent BETWEEN 0 AND 100),
    currency text NOT NULL CHECK (currency = 'EUR'),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    archived_at timestamptz,
    CONSTRAINT price_lists_days CHECK (valid_from <= valid_until),
    CONSTRAINT price_lists_parent CHECK (parent_id <> id)
);
CREATE UNIQUE INDEX price_lists_name_key ON price_lists (name_key) WHERE archived_at IS NULL;

CREATE TABLE prices (
    price_list_id uuid NOT NULL REFERENCES price_lists,
    product_id uuid NOT NULL REFERENCES products,
    min_quantity numeric(12, 3) NOT NULL CHECK (min_quantity >= 0),
    -- 0001-01-01 is "ever since": each row of a product is known by quantity and first day.
    valid_from date NOT NULL,
    valid_until date,
    unit_price numeric(14, 4) CHECK (unit_price >= 0),
    discount_percent numeric(5, 2) CHECK (discount_percent BETWEEN 0 AND 100),
    PRIMARY KEY (price_list_id, product_id, min_quantity, valid_from),
    CONSTRAINT prices_say_something CHECK (num_nonnulls(unit_price, discount_percent) > 0),
    CONSTRAINT prices_days CHECK (valid_from <= valid_until)
);
CREATE INDEX prices_product ON prices (product_id);

ALTER TABLE clients ADD COLUMN price_list_id uuid REFERENCES price_lists;
CREATE INDEX clients_price_list ON clients (price_list_id) WHERE price_list_id IS NOT NULL;

-- What the law adds: consumption tax for each millilitre, from a day on.
CREATE TABLE consumption_taxes (
    class text NOT NULL CHECK (class IN ('nicotine', 'no_nicotine')),
    valid_from date NOT NULL,
    rate_per_ml numeric(10, 6) NOT NULL CHECK (rate_per_ml >= 0),
    PRIMARY KEY (class, valid_from)
);
INSERT INTO consumption_taxes (class, valid_from, rate_per_ml) VALUES
    ('nicotine', '2025-01-01', 0.143849),
    ('no_nicotine', '2025-01-01', 0.098896);

-- How much of a discount a role may give without asking.
CREATE TABLE discount_ceilings (
    role text PRIMARY KEY,
    max_percent numeric(5, 2) NOT NULL CHECK (max_percent BETWEEN 0 AND 100)
);
INSERT INTO discount_ceilings (role, max_percent) VALUES
    ('admin', 100), ('manager', 30), ('agent', 10), ('back_office', 10), ('viewer', 0);

-- Tables that are written as a whole have one version each.
CREATE TABLE sheets (
    name text PRIMARY KEY,
    version bigint NOT NULL
);
INSERT INTO sheets (name, version) VALUES ('consumption_taxes', 1), ('discount_ceilings', 1);

-- Ceilings go by role, so auth's users are read once again with their roles.
ALTER TABLE users ADD COLUMN roles text[] NOT NULL DEFAULT '{}';
DELETE FROM inbox_positions WHERE source = 'auth';
