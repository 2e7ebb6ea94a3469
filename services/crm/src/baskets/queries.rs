use chrono::{DateTime, Utc};
use diesel::prelude::*;
use nexus_db::DbResult;
use nexus_kernel::ClientId;
use rust_decimal::Decimal;

use crate::orders::state::OrderStatus;
use crate::products::ProductId;
use crate::schema::{lines, orders, products};
use crate::sites::model::SiteId;

/// More lines than any shop orders in a year; of more, the latest count.
const LINES_MAX: i64 = 20_000;

/// A line of an order, for a product that is still sold.
#[derive(Debug, Queryable)]
pub struct Purchase {
    pub product_id: ProductId,
    pub product_name: String,
    pub sku: Option<String>,
    pub unit: String,
    pub ordered_at: DateTime<Utc>,
    pub quantity: Decimal,
}

/// What a client, or one of its shops, has ordered since; cancelled orders aside.
pub fn purchases(
    conn: &mut PgConnection,
    client: ClientId,
    site: Option<SiteId>,
    since: DateTime<Utc>,
) -> DbResult<Vec<Purchase>> {
    let mut query = orders::table
        .inner_join(lines::table.on(lines::order_id.eq(orders::id.nullable())))
        .inner_join(products::table.on(lines::product_id.eq(products::id.nullable())))
        .filter(orders::client_id.eq(client))
        .filter(orders::created_at.ge(since))
        .filter(orders::status.ne(OrderStatus::Cancelled))
        .filter(products::archived_at.is_null())
        .into_boxed();
    if let Some(site) = site {
        query = query.filter(orders::site_id.eq(site));
    }
    Ok(query
        .order(orders::created_at.desc())
        .limit(LINES_MAX)
        .select((
            products::id,
            products::name,
            products::sku,
            products::unit,
            orders::created_at,
            lines::quantity,
        ))
        .load(conn)?)
}
