//! One function per thing a user can make happen: lock, decide, save, announce.

use diesel::PgConnection;
use nexus_outbox::announce;
use nexus_problem::{FieldErrors, IfMatch, merged};
use serde_json::Value;

use super::error::{CategoryError, meaning};
use super::model::{Category, CategoryFields, CategoryId};
use super::queries;
use nexus_records::Act;

pub fn create(
    conn: &mut PgConnection,
    act: &Act,
    id: CategoryId,
    fields: CategoryFields,
) -> Result<Category, CategoryError> {
    let fields = fields.review()?;
    check_parent(conn, id, &fields)?;
    if queries::count(conn)? >= queries::CATEGORIES_MAX {
        let detail = format!("At most {} categories.", queries::CATEGORIES_MAX);
        return Err(FieldErrors::one("", "categories.too_many", detail).into());
    }
    let category = Category::new(id, fields, act.now);

    queries::insert(conn, std::slice::from_ref(&category)).map_err(meaning)?;
    announce(
        conn,
        &act.fact(
            "crm.product_category.created.v1",
            id.uuid(),
            1,
            None,
            &category,
        ),
    )?;
    Ok(category)
}

pub fn change(
    conn: &mut PgConnection,
    act: &Act,
    id: CategoryId,
    if_match: &IfMatch,
    patch: &Value,
) -> Result<Category, CategoryError> {
    let before = lock(conn, id, if_match)?;
    let fields: CategoryFields = merged(&before.fields(), patch).map_err(CategoryError::Unfit)?;
    let fields = fields.review()?;
    if fields == before.fields() {
        return Ok(before);
    }
    check_parent(conn, id, &fields)?;
    let after = before.with(fields, act.now);
    save(
        conn,
        act,
        "crm.product_category.changed.v1",
        &before,
        &after,
    )?;
    Ok(after)
}

pub fn archive(
    conn: &mut PgConnection,
    act: &Act,
    id: CategoryId,
    if_match: &IfMatch,
) -> Result<(), CategoryError> {
    let before = lock(conn, id, if_match)?;
    if before.archived_at.is_some() {
        return Ok(());
    }
    if queries::holds_something(conn, id)? {
        return Err(CategoryError::InUse);
    }
    let after = Category {
        version: before.version + 1,
        archived_at: Some(act.now),
        updated_at: act.now,
        ..before.clone()
    };
    save(
        conn,
        act,
        "crm.product_category.archived.v1",
        &before,
        &after,
    )
}

fn lock(
    conn: &mut PgConnection,
    id: CategoryId,
    if_match: &IfMatch,
) -> Result<Category, CategoryError> {
    let category = queries::lock(conn, id)?.ok_or(CategoryError::NotFound(id))?;
    if if_match.allows(category.version) {
        Ok(category)
    } else {
        Err(CategoryError::Stale(Box::new(category)))
    }
}

fn save(
    conn: &mut PgConnection,
    act: &Act,
    kind: &'static str,
    before: &Category,
    after: &Category,
) -> Result<(), CategoryError> {
    queries::save(conn, after).map_err(meaning)?;
    announce(
        conn,
        &act.fact(kind, after.id.uuid(), after.version, Some(before), after),
    )?;
    Ok(())
}

/// Two levels: the one above stands on top, and whoever has some below stays there.
fn check_parent(
    conn: &mut PgConnection,
    id: CategoryId,
    fields: &CategoryFields,
) -> Result<(), CategoryError> {
    let Some(parent) = fields.parent_id else {
        return Ok(());
    };
    // Held, so that it does not go below another meanwhile.
    let above = queries::lock(conn, parent)?
        .filter(|above| above.id != id && above.archived_at.is_none())
        .filter(|above| above.parent_id.is_none());
    if above.is_none() {
        let detail = "Name a category of the highest level.";
        return Err(FieldErrors::one("/parent_id", "parent_id.unknown", detail).into());
    }
    if queries::has_below(conn, id)? {
        let detail = "There are categories below this one, so it stays on the highest level.";
        return Err(FieldErrors::one("/parent_id", "parent_id.has_below", detail).into());
    }
    Ok(())
}
