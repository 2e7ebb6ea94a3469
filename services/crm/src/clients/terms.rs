//! What a client buys on. Whoever sells to it does not set that: a price list would lift the ceiling of one's discounts.

use diesel::PgConnection;
use nexus_auth::can::{ApproveOrders, ManageProducts};
use nexus_auth::{Permission, Principal};
use nexus_kernel::ClientId;
use nexus_problem::FieldErrors;
use serde_json::Value;

use super::error::ClientError;
use super::queries;
use crate::price_lists::{self, PriceListId};
use nexus_records::Viewer;

/// The same of a patch, before it is applied.
pub fn check_patch(
    conn: &mut PgConnection,
    who: &Principal,
    viewer: &Viewer,
    id: ClientId,
    patch: &Value,
) -> Result<(), ClientError> {
    let Some(wanted) = patch.get("price_list_id") else {
        return Ok(());
    };
    let before = queries::find(conn, viewer, id)?.ok_or(ClientError::NotFound(id))?;
    // What is no id is told by the patch itself.
    let Ok(has) = serde_json::from_value(wanted.clone()) else {
        return Ok(());
    };
    check(conn, who, before.fields.price_list_id, has)
}

/// Whether this user may give a client this price list, instead of the one that it had.
pub fn check(
    conn: &mut PgConnection,
    who: &Principal,
    had: Option<PriceListId>,
    has: Option<PriceListId>,
) -> Result<(), ClientError> {
    if had == has {
        return Ok(());
    }
    let may = [ManageProducts::NAME, ApproveOrders::NAME]
        .into_iter()
        .any(|permission| who.scope_of(permission).is_some());
    let wrong =
        |code: &str, detail: &str| Err(FieldErrors::one("/price_list_id", code, detail).into());
    if !may {
        return wrong(
            "price_list_id.not_permitted",
            "Ask whoever manages prices to change the price list.",
        );
    }
    match has {
        Some(list) if !price_lists::queries::may_be_given(conn, list)? => {
            wrong("price_list_id.unknown", "There is no such price list.")
        }
        _ => Ok(()),
    }
}
