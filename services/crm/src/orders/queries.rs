//! Rows in, rows out. `None` means "no such row for you".

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Text, Uuid as SqlUuid};
use nexus_db::DbResult;
use nexus_kernel::ClientId;
use uuid::Uuid;

use super::model::{Order, OrderChannel, OrderId};
use super::state::OrderStatus;
use crate::proposals::model::{ProposalId, VersionId};
use crate::schema::orders;
use nexus_records::{Viewer, keyset, visible_to};

/// Which orders.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub words: Vec<String>,
    pub client_id: Option<Uuid>,
    pub owner_id: Option<Uuid>,
    pub opportunity_id: Option<Uuid>,
    pub status: Option<OrderStatus>,
    pub channel: Option<OrderChannel>,
    pub waiting: bool,
}

/// The order of a page and the last row of the page before.
#[derive(Debug)]
pub enum Sorting {
    Created {
        descending: bool,
        after: Option<(DateTime<Utc>, Uuid)>,
    },
    Updated {
        descending: bool,
        after: Option<(DateTime<Utc>, Uuid)>,
    },
    Total {
        descending: bool,
        after: Option<(i64, Uuid)>,
    },
}

/// As the partial index has it.
const WAITING: &str = "orders.status = 'pending_approval' AND orders.refused_hash IS DISTINCT FROM orders.content_hash";
const OPEN: &str = "orders.status IN ('approved', 'processing', 'shipped', 'delivered', 'invoiced') AND orders.paid_at IS NULL";

type Boxed<'a> = orders::BoxedQuery<'a, diesel::pg::Pg>;

fn filtered<'a>(viewer: &Viewer, filter: Filter) -> Boxed<'a> {
    let mut query = visible_to!(orders::table, orders::owner_id, viewer);
    for word in filter.words {
        query = query.filter(orders::search_text.like(word));
    }
    if let Some(client) = filter.client_id {
        query = query.filter(orders::client_id.eq(client));
    }
    if let Some(owner) = filter.owner_id {
        query = query.filter(orders::owner_id.eq(owner));
    }
    if let Some(deal) = filter.opportunity_id {
        query = query.filter(orders::opportunity_id.eq(deal));
    }
    if let Some(status) = filter.status {
        query = query.filter(orders::status.eq(status));
    }
    if let Some(channel) = filter.channel {
        query = query.filter(orders::channel.eq(channel));
    }
    if filter.waiting {
        query = query.filter(sql::<Bool>(WAITING));
    }
    query
}

pub fn page(
    conn: &mut PgConnection,
    viewer: &Viewer,
    filter: Filter,
    sorting: Sorting,
    limit: usize,
) -> DbResult<Vec<Order>> {
    use orders as o;
    let query = filtered(viewer, filter);
    let query = match sorting {
        Sorting::Created { descending, after } => {
            keyset!(query, o::created_at, o::id, descending, after)
        }
        Sorting::Updated { descending, after } => {
            keyset!(query, o::updated_at, o::id, descending, after)
        }
        Sorting::Total { descending, after } => {
            keyset!(query, o::total_cents, o::id, descending, after)
        }
    };
    let one_more = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
    Ok(query
        .limit(one_more)
        .select(Order::as_select())
        .load(conn)?)
}

pub fn count(conn: &mut PgConnection, viewer: &Viewer, filter: Filter) -> DbResult<i64> {
    Ok(filtered(viewer, filter).count().get_result(conn)?)
}

pub fn find(conn: &mut PgConnection, viewer: &Viewer, id: OrderId) -> DbResult<Option<Order>> {
    Ok(visible_to!(orders::table, orders::owner_id, viewer)
        .filter(orders::id.eq(id))
        .select(Order::as_select())
        .first(conn)
        .optional()?)
}

/// Reads the row and holds it until the transaction ends.
pub fn lock(conn: &mut PgConnection, viewer: &Viewer, id: OrderId) -> DbResult<Option<Order>> {
    let row: Option<Order> = orders::table
        .find(id)
        .select(Order::as_select())
        .for_update()
        .first(conn)
        .optional()?;
    Ok(row.filter(|order| viewer.reaches(order.owner_id)))
}

/// The order that was made of a version of a proposal, whoever may see it.
pub fn generated_from(conn: &mut PgConnection, version: VersionId) -> DbResult<Option<Order>> {
    Ok(orders::table
        .filter(orders::generated_from.eq(version))
        .select(Order::as_select())
        .first(conn)
        .optional()?)
}

/// The orders of these proposals, whoever may see them.
pub fn of_proposals(
    conn: &mut PgConnection,
    ids: &[ProposalId],
) -> DbResult<HashMap<ProposalId, OrderId>> {
    let rows: Vec<(Option<ProposalId>, OrderId)> = orders::table
        .filter(orders::proposal_id.eq_any(ids))
        .select((orders::proposal_id, orders::id))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .filter_map(|(proposal, order)| Some((proposal?, order)))
        .collect())
}

/// The one with this reference, whoever may see it. Two at once with the same one come one after the other.
pub fn with_reference(conn: &mut PgConnection, reference: &str) -> DbResult<Option<Order>> {
    diesel::sql_query(
        "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' order ' || $1, 0))",
    )
    .bind::<Text, _>(reference)
    .execute(conn)?;
    Ok(orders::table
        .filter(orders::external_ref.eq(reference))
        .select(Order::as_select())
        .first(conn)
        .optional()?)
}

/// What a client owes or will owe: approved and not paid, but for one order.
pub fn open_cents(
    conn: &mut PgConnection,
    client: ClientId,
    but: Option<OrderId>,
) -> DbResult<i64> {
    let mut query = orders::table
        .filter(orders::client_id.eq(client))
        .filter(sql::<Bool>(OPEN))
        .select(sql::<BigInt>("coalesce(sum(total_cents), 0)::bigint"))
        .into_boxed();
    if let Some(but) = but {
        query = query.filter(orders::id.ne(but));
    }
    Ok(query.first(conn)?)
}

pub fn insert(conn: &mut PgConnection, order: &Order) -> DbResult<()> {
    diesel::insert_into(orders::table)
        .values(order)
        .execute(conn)?;
    Ok(())
}

pub fn save(conn: &mut PgConnection, order: &Order) -> DbResult<()> {
    diesel::update(order).set(order).execute(conn)?;
    Ok(())
}

/// A client's new name: its orders are searched by it.
pub fn rename_client(conn: &mut PgConnection, client: ClientId, name: &str) -> DbResult<()> {
    let rows: Vec<Order> = orders::table
        .filter(orders::client_id.eq(client))
        .select(Order::as_select())
        .load(conn)?;
    let (ids, texts): (Vec<OrderId>, Vec<String>) = rows
        .iter()
        .map(|row| (row.id, row.search_text(name)))
        .unzip();
    diesel::sql_query(
        "UPDATE orders SET search_text = t.search_text
         FROM unnest($1, $2) AS t(id, search_text) WHERE orders.id = t.id",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<Text>, _>(texts)
    .execute(conn)?;
    Ok(())
}
