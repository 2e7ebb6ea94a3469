//! One function per thing a user can make happen: lock, decide, save, announce.

use diesel::PgConnection;
use nexus_outbox::announce;
use nexus_problem::{FieldErrors, IfMatch, merged};
use serde_json::{Value, json};

use super::error::{PriceListError, meaning};
use super::model::{self, Price, PriceFields, PriceList, PriceListFields, PriceListId};
use super::queries;
use crate::products::{self, ProductId};
use nexus_records::Act;

pub fn create(
    conn: &mut PgConnection,
    act: &Act,
    id: PriceListId,
    fields: PriceListFields,
) -> Result<PriceList, PriceListError> {
    let fields = fields.review()?;
    check_parent(conn, id, &fields)?;
    let list = PriceList::new(id, fields, act.now);

    queries::insert(conn, &list).map_err(meaning)?;
    let fact = act.fact("crm.price_list.created.v1", id.uuid(), 1, None, &list);
    announce(conn, &fact)?;
    Ok(list)
}

pub fn change(
    conn: &mut PgConnection,
    act: &Act,
    id: PriceListId,
    if_match: &IfMatch,
    patch: &Value,
) -> Result<PriceList, PriceListError> {
    let before = lock(conn, id, if_match)?;
    let fields: PriceListFields = merged(&before.fields, patch).map_err(PriceListError::Unfit)?;
    let fields = fields.review()?;
    if fields == before.fields {
        return Ok(before);
    }
    check_parent(conn, id, &fields)?;
    let after = before.with(fields, act.now);
    save(conn, act, "crm.price_list.changed.v1", &before, &after)?;
    Ok(after)
}

pub fn archive(
    conn: &mut PgConnection,
    act: &Act,
    id: PriceListId,
    if_match: &IfMatch,
) -> Result<(), PriceListError> {
    let before = lock(conn, id, if_match)?;
    if before.archived_at.is_some() {
        return Ok(());
    }
    if queries::is_in_use(conn, id)? {
        return Err(PriceListError::InUse);
    }
    let after = PriceList {
        version: before.version + 1,
        archived_at: Some(act.now),
        updated_at: act.now,
        ..before.clone()
    };
    save(conn, act, "crm.price_list.archived.v1", &before, &after)
}

/// Replaces the prices of one product; none takes the product out of the list.
pub fn price(
    conn: &mut PgConnection,
    act: &Act,
    id: PriceListId,
    if_match: &IfMatch,
    product: ProductId,
    fields: Vec<PriceFields>,
) -> Result<(PriceList, Vec<Price>), PriceListError> {
    let before = lock(conn, id, if_match)?;
    if products::find(conn, product)?.is_none() {
        let detail = "There is no such product.";
        return Err(FieldErrors::one("/product_id", "product_id.unknown", detail).into());
    }
    let prices = model::prices(id, product, fields)?;
    let mut known = queries::prices_of(conn, &[id], &[product])?;
    known.sort_by_key(|price| (price.min_quantity, price.valid_from));
    if known == prices {
        return Ok((before, prices));
    }
    let after = PriceList {
        version: before.version + 1,
        updated_at: act.now,
        ..before
    };

    queries::save(conn, &after)?;
    queries::replace_prices(conn, id, product, &prices)?;
    let told = |prices: &[Price]| {
        let prices: Vec<PriceFields> = prices.iter().map(Price::fields).collect();
        json!({"price_list_id": id, "product_id": product, "prices": prices})
    };
    let (before, now) = (told(&known), told(&prices));
    let kind = "crm.price_list.priced.v1";
    announce(
        conn,
        &act.fact(kind, id.uuid(), after.version, Some(&before), &now),
    )?;
    Ok((after, prices))
}

fn lock(
    conn: &mut PgConnection,
    id: PriceListId,
    if_match: &IfMatch,
) -> Result<PriceList, PriceListError> {
    let list = queries::lock(conn, id)?.ok_or(PriceListError::NotFound(id))?;
    if if_match.allows(list.version) {
        Ok(list)
    } else {
        Err(PriceListError::Stale(Box::new(list)))
    }
}

fn save(
    conn: &mut PgConnection,
    act: &Act,
    kind: &'static str,
    before: &PriceList,
    after: &PriceList,
) -> Result<(), PriceListError> {
    queries::save(conn, after).map_err(meaning)?;
    let fact = act.fact(kind, after.id.uuid(), after.version, Some(before), after);
    announce(conn, &fact)?;
    Ok(())
}

/// The list above is in use, does not come back to this one, and the chain ends soon enough to be asked to its end.
fn check_parent(
    conn: &mut PgConnection,
    id: PriceListId,
    fields: &PriceListFields,
) -> Result<(), PriceListError> {
    let Some(parent) = fields.parent_id else {
        return Ok(());
    };
    let wrong = |code: &str, detail: &str| Err(FieldErrors::one("/parent_id", code, detail).into());
    if parent == id || !queries::may_be_given(conn, parent)? {
        return wrong("parent_id.unknown", "Name another price list in use.");
    }
    let above = queries::chain(conn, parent)?;
    if above.iter().any(|list| list.id == id) {
        return wrong("parent_id.cycle", "This list would come back to itself.");
    }
    if above.len() >= queries::LEVELS_MAX {
        return wrong("parent_id.deep", "At most eight lists above each other.");
    }
    Ok(())
}
