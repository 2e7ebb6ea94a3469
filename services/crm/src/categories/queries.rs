//! Rows in, rows out.

use std::collections::HashMap;

use diesel::prelude::*;
use nexus_db::DbResult;
use uuid::Uuid;

use super::model::{Category, CategoryId};
use crate::schema::{product_categories as categories, products};

/// There are never more in use.
pub const CATEGORIES_MAX: i64 = 1000;

/// All in use, as they are to be shown.
pub fn all(conn: &mut PgConnection) -> DbResult<Vec<Category>> {
    Ok(categories::table
        .filter(categories::archived_at.is_null())
        .order((categories::position, categories::name_key, categories::id))
        .limit(CATEGORIES_MAX)
        .select(Category::as_select())
        .load(conn)?)
}

pub fn count(conn: &mut PgConnection) -> DbResult<i64> {
    Ok(categories::table
        .filter(categories::archived_at.is_null())
        .count()
        .get_result(conn)?)
}

/// Reads the row and holds it until the transaction ends.
pub fn lock(conn: &mut PgConnection, id: CategoryId) -> DbResult<Option<Category>> {
    let row = categories::table
        .find(id)
        .select(Category::as_select())
        .for_update()
        .first(conn)
        .optional()?;
    Ok(row)
}

/// Whether a product may be put into it.
pub fn is_in_use(conn: &mut PgConnection, id: CategoryId) -> DbResult<bool> {
    let found = categories::table
        .find(id)
        .filter(categories::archived_at.is_null());
    Ok(diesel::select(diesel::dsl::exists(found)).get_result(conn)?)
}

/// The category and those below it.
pub fn with_below(conn: &mut PgConnection, id: Uuid) -> DbResult<Vec<CategoryId>> {
    Ok(categories::table
        .filter(categories::id.eq(id).or(categories::parent_id.eq(id)))
        .select(categories::id)
        .load(conn)?)
}

/// Whether products or categories in use are in it.
pub fn holds_something(conn: &mut PgConnection, id: CategoryId) -> DbResult<bool> {
    let below = categories::table
        .filter(categories::parent_id.eq(id))
        .filter(categories::archived_at.is_null());
    let inside = products::table
        .filter(products::category_id.eq(id))
        .filter(products::archived_at.is_null());
    Ok(diesel::select(diesel::dsl::exists(below)).get_result(conn)?
        || diesel::select(diesel::dsl::exists(inside)).get_result(conn)?)
}

pub fn has_below(conn: &mut PgConnection, id: CategoryId) -> DbResult<bool> {
    let below = categories::table
        .filter(categories::parent_id.eq(id))
        .filter(categories::archived_at.is_null());
    Ok(diesel::select(diesel::dsl::exists(below)).get_result(conn)?)
}

/// The names of these categories.
pub fn names(conn: &mut PgConnection, ids: &[CategoryId]) -> DbResult<HashMap<CategoryId, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(CategoryId, String)> = categories::table
        .filter(categories::id.eq_any(ids))
        .select((categories::id, categories::name))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Those in use with these folded names, the highest first.
pub fn with_name_keys(conn: &mut PgConnection, keys: &[String]) -> DbResult<Vec<Category>> {
    Ok(categories::table
        .filter(categories::archived_at.is_null())
        .filter(categories::name_key.eq_any(keys))
        .order((categories::parent_id.asc().nulls_first(), categories::id))
        .select(Category::as_select())
        .load(conn)?)
}

pub fn insert(conn: &mut PgConnection, new: &[Category]) -> DbResult<()> {
    diesel::insert_into(categories::table)
        .values(new)
        .execute(conn)?;
    Ok(())
}

pub fn save(conn: &mut PgConnection, category: &Category) -> DbResult<()> {
    diesel::update(category).set(category).execute(conn)?;
    Ok(())
}
