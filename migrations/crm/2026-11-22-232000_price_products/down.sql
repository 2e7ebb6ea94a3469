ALTER TABLE users DROP COLUMN roles;
DROP TABLE sheets, discount_ceilings, consumption_taxes;
ALTER TABLE clients DROP COLUMN price_list_id;
DROP TABLE prices, price_lists;
ALTER TABLE products ADD COLUMN category text;
UPDATE products SET category = (SELECT name FROM product_categories WHERE id = category_id);
ALTER TABLE products
    DROP CONSTRAINT products_nature,
    DROP CONSTRAINT products_variant,
    DROP COLUMN sku,
    DROP COLUMN category_id,
    DROP COLUMN parent_id,
    DROP COLUMN variant_label,
    DROP COLUMN kind,
    DROP COLUMN volume_ml,
    DROP COLUMN nicotine_mg_ml,
    DROP COLUMN adm_code,
    DROP COLUMN tax_stamp,
    DROP COLUMN unit,
    DROP COLUMN vat_rate,
    DROP COLUMN vat_nature,
    DROP COLUMN list_price,
    DROP COLUMN unit_cost,
    DROP COLUMN external_ref,
    DROP COLUMN search_text;
DROP INDEX products_name;
DROP TABLE product_words, product_categories;
