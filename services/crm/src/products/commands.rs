//! One function per thing a user can make happen: lock, decide, save, announce.

use diesel::PgConnection;
use nexus_kernel::Change;
use nexus_outbox::announce;
use nexus_problem::{FieldErrors, IfMatch, merged};
use rust_decimal::Decimal;
use serde_json::Value;

use super::error::{ProductError, meaning};
use super::model::{Product, ProductFields, ProductId, review_cost};
use super::queries;
use super::routes::ProductView;
use crate::categories;
use nexus_records::Act;

/// What a user writes: the fields, and what it costs us if they may say.
#[derive(Debug, Clone)]
pub struct Cost(pub Change<Decimal>);

pub fn create(
    conn: &mut PgConnection,
    act: &Act,
    id: ProductId,
    fields: ProductFields,
    cost: Cost,
) -> Result<Product, ProductError> {
    let fields = fields.review()?;
    check_links(conn, id, &fields)?;
    let mut product = Product::new(id, fields, act.now);
    product.unit_cost = review_cost(cost.0.apply(None))?;

    queries::insert(conn, &product).map_err(meaning)?;
    let fact = act.fact("crm.product.created.v1", id.uuid(), 1, None, &product);
    announce(conn, &fact)?;
    Ok(product)
}

pub fn change(
    conn: &mut PgConnection,
    act: &Act,
    id: ProductId,
    if_match: &IfMatch,
    patch: &Value,
    cost: Cost,
    sees_costs: bool,
) -> Result<Product, ProductError> {
    let before = lock(conn, id, if_match, sees_costs)?;
    let fields: ProductFields = merged(&before.fields, patch).map_err(ProductError::Unfit)?;
    let fields = fields.review()?;
    let cost = review_cost(cost.0.apply(before.unit_cost))?;
    if fields == before.fields && cost == before.unit_cost {
        return Ok(before);
    }
    check_links(conn, id, &fields)?;
    let mut after = before.clone().with(fields, act.now);
    after.unit_cost = cost;
    save(conn, act, "crm.product.changed.v1", &before, &after)?;
    Ok(after)
}

pub fn archive(
    conn: &mut PgConnection,
    act: &Act,
    id: ProductId,
    if_match: &IfMatch,
    sees_costs: bool,
) -> Result<(), ProductError> {
    let before = lock(conn, id, if_match, sees_costs)?;
    if before.archived_at.is_some() {
        return Ok(());
    }
    let after = before.clone().archived(Some(act.now), act.now);
    save(conn, act, "crm.product.archived.v1", &before, &after)
}

pub fn restore(
    conn: &mut PgConnection,
    act: &Act,
    id: ProductId,
    if_match: &IfMatch,
    sees_costs: bool,
) -> Result<Product, ProductError> {
    let before = lock(conn, id, if_match, sees_costs)?;
    if before.archived_at.is_none() {
        return Ok(before);
    }
    let after = before.clone().archived(None, act.now);
    save(conn, act, "crm.product.restored.v1", &before, &after)?;
    Ok(after)
}

fn lock(
    conn: &mut PgConnection,
    id: ProductId,
    if_match: &IfMatch,
    sees_costs: bool,
) -> Result<Product, ProductError> {
    let product = queries::lock(conn, id)?.ok_or(ProductError::NotFound(id))?;
    if if_match.allows(product.version) {
        return Ok(product);
    }
    let current = ProductView::of(conn, product, sees_costs)?;
    Err(ProductError::Stale(Box::new(current)))
}

fn save(
    conn: &mut PgConnection,
    act: &Act,
    kind: &'static str,
    before: &Product,
    after: &Product,
) -> Result<(), ProductError> {
    queries::save(conn, after).map_err(meaning)?;
    let fact = act.fact(kind, after.id.uuid(), after.version, Some(before), after);
    announce(conn, &fact)?;
    Ok(())
}

/// The category must be in use; a variant's parent must be a product of its own, and may not be made a variant of one.
fn check_links(
    conn: &mut PgConnection,
    id: ProductId,
    fields: &ProductFields,
) -> Result<(), ProductError> {
    let mut errors = FieldErrors::default();
    if let Some(category) = fields.category_id
        && !categories::is_in_use(conn, category)?
    {
        let detail = "There is no such category.";
        errors.add("/category_id", "category_id.unknown", detail);
    }
    if let Some(parent) = fields.parent_id {
        // Held, so that it does not become a variant meanwhile.
        let parent = queries::lock(conn, parent)?.filter(|parent| parent.id != id);
        if parent.is_none_or(|parent| parent.fields.parent_id.is_some()) {
            let detail = "Name another product, that is no variant itself.";
            errors.add("/parent_id", "parent_id.unknown", detail);
        } else if !queries::count_variants(conn, &[id])?.is_empty() {
            let detail = "This product has variants, so it cannot be one.";
            errors.add("/parent_id", "parent_id.has_variants", detail);
        }
    }
    Ok(errors.or(())?)
}
