//! Rows in, rows out.

use std::collections::HashMap;

use diesel::prelude::*;
use nexus_db::DbResult;
use uuid::Uuid;

use super::model::{Product, ProductId, ProductKind};
use super::search;
use crate::categories::CategoryId;
use crate::italy::text::key;
use crate::schema::products;
use nexus_records::keyset;

pub fn find(conn: &mut PgConnection, id: ProductId) -> DbResult<Option<Product>> {
    let row = products::table
        .find(id)
        .select(Product::as_select())
        .first(conn)
        .optional()?;
    Ok(row)
}

/// Reads the row and holds it until the transaction ends.
pub fn lock(conn: &mut PgConnection, id: ProductId) -> DbResult<Option<Product>> {
    let row = products::table
        .find(id)
        .select(Product::as_select())
        .for_update()
        .first(conn)
        .optional()?;
    Ok(row)
}

/// These products, put away ones too.
pub fn with_ids(
    conn: &mut PgConnection,
    ids: &[ProductId],
) -> DbResult<HashMap<ProductId, Product>> {
    let rows: Vec<Product> = products::table
        .filter(products::id.eq_any(ids))
        .select(Product::as_select())
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|product| (product.id, product))
        .collect())
}

/// The one with this name, however it is spaced and accented: `GTXPro` is `GTX Pro`.
pub fn named(conn: &mut PgConnection, name: &str) -> DbResult<Option<Product>> {
    let row = products::table
        .filter(products::name_key.eq(key(name)))
        .select(Product::as_select())
        .first(conn)
        .optional()?;
    Ok(row)
}

/// Those with these folded names, put away ones too.
pub fn with_name_keys(conn: &mut PgConnection, keys: &[String]) -> DbResult<Vec<Product>> {
    Ok(products::table
        .filter(products::name_key.eq_any(keys))
        .select(Product::as_select())
        .load(conn)?)
}

/// Those with one of these references or article codes, put away ones too.
pub fn with_codes(
    conn: &mut PgConnection,
    references: &[String],
    skus: &[String],
) -> DbResult<Vec<Product>> {
    let upper = diesel::dsl::sql::<diesel::sql_types::Text>("upper(sku)");
    let skus: Vec<String> = skus.iter().map(|sku| sku.to_uppercase()).collect();
    let mut found: Vec<Product> = products::table
        .filter(products::external_ref.eq_any(references))
        .select(Product::as_select())
        .load(conn)?;
    let by_sku: Vec<Product> = products::table
        .filter(products::sku.is_not_null())
        .filter(upper.eq_any(skus))
        .select(Product::as_select())
        .load(conn)?;
    found.extend(by_sku);
    Ok(found)
}

/// Which products.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// One of these categories.
    pub categories: Option<Vec<CategoryId>>,
    pub kind: Option<ProductKind>,
    pub parent_id: Option<Uuid>,
    /// Those that a line may name: no product that stands for its variants.
    pub sellable: bool,
    pub archived: bool,
}

type Boxed<'a> = products::BoxedQuery<'a, diesel::pg::Pg>;

/// The products that a filter lets through.
pub fn filtered<'a>(filter: &Filter) -> Boxed<'a> {
    let mut query = products::table.into_boxed();
    if let Some(categories) = &filter.categories {
        query = query.filter(products::category_id.eq_any(categories.clone()));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(products::kind.eq(kind));
    }
    if let Some(parent) = filter.parent_id {
        query = query.filter(products::parent_id.eq(parent));
    }
    if filter.sellable {
        let has_variants = diesel::dsl::sql::<diesel::sql_types::Bool>(
            "NOT EXISTS (SELECT 1 FROM products v WHERE v.parent_id = products.id AND v.archived_at IS NULL)",
        );
        query = query.filter(has_variants);
    }
    if filter.archived {
        query.filter(products::archived_at.is_not_null())
    } else {
        query.filter(products::archived_at.is_null())
    }
}

/// Products by name.
pub fn page(
    conn: &mut PgConnection,
    filter: &Filter,
    after: Option<(String, Uuid)>,
    limit: usize,
) -> DbResult<Vec<Product>> {
    let query = keyset!(
        filtered(filter),
        products::name_key,
        products::id,
        false,
        after
    );
    let one_more = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
    Ok(query
        .limit(one_more)
        .select(Product::as_select())
        .load(conn)?)
}

/// How many variants in use these products have.
pub fn count_variants(
    conn: &mut PgConnection,
    ids: &[ProductId],
) -> DbResult<HashMap<ProductId, i64>> {
    let rows: Vec<(Option<ProductId>, i64)> = products::table
        .filter(products::parent_id.eq_any(ids))
        .filter(products::archived_at.is_null())
        .group_by(products::parent_id)
        .select((products::parent_id, diesel::dsl::count_star()))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .filter_map(|(id, count)| Some((id?, count)))
        .collect())
}

/// The names of these products.
pub fn names(conn: &mut PgConnection, ids: &[ProductId]) -> DbResult<HashMap<ProductId, String>> {
    let rows: Vec<(ProductId, String)> = products::table
        .filter(products::id.eq_any(ids))
        .select((products::id, products::name))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

pub fn insert(conn: &mut PgConnection, product: &Product) -> DbResult<()> {
    insert_all(conn, std::slice::from_ref(product))
}

/// Rows of one INSERT: PostgreSQL takes at most 65,535 values.
const AT_ONCE: usize = 1000;

pub fn insert_all(conn: &mut PgConnection, new: &[Product]) -> DbResult<()> {
    for some in new.chunks(AT_ONCE) {
        diesel::insert_into(products::table)
            .values(some)
            .execute(conn)?;
    }
    search::learn(conn, new)
}

pub fn save(conn: &mut PgConnection, product: &Product) -> DbResult<()> {
    diesel::update(product).set(product).execute(conn)?;
    search::learn(conn, std::slice::from_ref(product))
}
