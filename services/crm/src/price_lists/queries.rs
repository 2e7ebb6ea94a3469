//! Rows in, rows out.

use diesel::prelude::*;
use diesel::sql_types::Uuid as SqlUuid;
use nexus_db::DbResult;
use nexus_kernel::ClientId;
use uuid::Uuid;

use super::model::{Price, PriceList, PriceListId};
use crate::products::ProductId;
use crate::schema::{clients, price_lists, prices};
use nexus_records::keyset;

/// A list has no more lists above it.
pub const LEVELS_MAX: usize = 8;

pub fn find(conn: &mut PgConnection, id: PriceListId) -> DbResult<Option<PriceList>> {
    let row = price_lists::table
        .find(id)
        .select(PriceList::as_select())
        .first(conn)
        .optional()?;
    Ok(row)
}

/// Reads the row and holds it until the transaction ends.
pub fn lock(conn: &mut PgConnection, id: PriceListId) -> DbResult<Option<PriceList>> {
    let row = price_lists::table
        .find(id)
        .select(PriceList::as_select())
        .for_update()
        .first(conn)
        .optional()?;
    Ok(row)
}

/// Price lists by name.
pub fn page(
    conn: &mut PgConnection,
    archived: bool,
    after: Option<(String, Uuid)>,
    limit: usize,
) -> DbResult<Vec<PriceList>> {
    let table = price_lists::table.into_boxed();
    let table = match archived {
        true => table.filter(price_lists::archived_at.is_not_null()),
        false => table.filter(price_lists::archived_at.is_null()),
    };
    let query = keyset!(table, price_lists::name_key, price_lists::id, false, after);
    let one_more = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
    Ok(query
        .limit(one_more)
        .select(PriceList::as_select())
        .load(conn)?)
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = SqlUuid)]
    id: PriceListId,
}

/// A client's list, its parent company's when it has none of its own, and the lists above, in the order in which they
/// are asked.
const CHAIN: &str = "WITH RECURSIVE chain AS (
    SELECT l.id, l.parent_id, 1 AS level FROM price_lists l WHERE l.id = $1
    UNION ALL
    SELECT l.id, l.parent_id, chain.level + 1 FROM chain JOIN price_lists l ON l.id = chain.parent_id
    WHERE chain.level < 8
) SELECT id FROM chain ORDER BY level";

/// The list and those above it, in the order in which they are asked; each once, even if they go round in a circle.
pub fn chain(conn: &mut PgConnection, first: PriceListId) -> DbResult<Vec<PriceList>> {
    let steps: Vec<Step> = diesel::sql_query(CHAIN)
        .bind::<SqlUuid, _>(first)
        .load(conn)?;
    let ids: Vec<PriceListId> = steps.iter().map(|step| step.id).collect();
    let mut rows: Vec<PriceList> = price_lists::table
        .filter(price_lists::id.eq_any(&ids))
        .select(PriceList::as_select())
        .load(conn)?;
    rows.sort_by_key(|row| ids.iter().position(|id| *id == row.id));
    Ok(rows)
}

/// The list that a client buys from: its own, else its parent company's.
pub fn of_client(conn: &mut PgConnection, client: ClientId) -> DbResult<Option<PriceListId>> {
    let own: Option<(Option<PriceListId>, Option<ClientId>)> = clients::table
        .find(client)
        .select((clients::price_list_id, clients::parent_id))
        .first(conn)
        .optional()?;
    match own {
        Some((None, Some(parent))) => Ok(clients::table
            .find(parent)
            .select(clients::price_list_id)
            .first(conn)
            .optional()?
            .flatten()),
        own => Ok(own.and_then(|(list, _)| list)),
    }
}

/// The prices of these products in these lists.
pub fn prices_of(
    conn: &mut PgConnection,
    lists: &[PriceListId],
    products: &[ProductId],
) -> DbResult<Vec<Price>> {
    Ok(prices::table
        .filter(prices::price_list_id.eq_any(lists))
        .filter(prices::product_id.eq_any(products))
        .select(Price::as_select())
        .load(conn)?)
}

/// The products that have a price in a list, after one of them.
pub fn products_in(
    conn: &mut PgConnection,
    list: PriceListId,
    after: Option<Uuid>,
    limit: usize,
) -> DbResult<Vec<ProductId>> {
    let mut query = prices::table
        .filter(prices::price_list_id.eq(list))
        .select(prices::product_id)
        .distinct()
        .order(prices::product_id)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(prices::product_id.gt(after));
    }
    let one_more = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
    Ok(query.limit(one_more).load(conn)?)
}

/// Whether clients or lists in use have it.
pub fn is_in_use(conn: &mut PgConnection, id: PriceListId) -> DbResult<bool> {
    let by_clients = clients::table
        .filter(clients::price_list_id.eq(id))
        .filter(clients::archived_at.is_null());
    let by_lists = price_lists::table
        .filter(price_lists::parent_id.eq(id))
        .filter(price_lists::archived_at.is_null());
    Ok(
        diesel::select(diesel::dsl::exists(by_clients)).get_result(conn)?
            || diesel::select(diesel::dsl::exists(by_lists)).get_result(conn)?,
    )
}

/// Whether a client or list may be given it.
pub fn may_be_given(conn: &mut PgConnection, id: PriceListId) -> DbResult<bool> {
    let found = price_lists::table
        .find(id)
        .filter(price_lists::archived_at.is_null());
    Ok(diesel::select(diesel::dsl::exists(found)).get_result(conn)?)
}

pub fn insert(conn: &mut PgConnection, list: &PriceList) -> DbResult<()> {
    diesel::insert_into(price_lists::table)
        .values(list)
        .execute(conn)?;
    Ok(())
}

pub fn save(conn: &mut PgConnection, list: &PriceList) -> DbResult<()> {
    diesel::update(list).set(list).execute(conn)?;
    Ok(())
}

/// Replaces the prices of one product.
pub fn replace_prices(
    conn: &mut PgConnection,
    list: PriceListId,
    product: ProductId,
    new: &[Price],
) -> DbResult<()> {
    diesel::delete(
        prices::table
            .filter(prices::price_list_id.eq(list))
            .filter(prices::product_id.eq(product)),
    )
    .execute(conn)?;
    diesel::insert_into(prices::table)
        .values(new)
        .execute(conn)?;
    Ok(())
}
