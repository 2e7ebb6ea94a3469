//! What is derived of orders and visits: what their client brings, and when the client ordered next.

use diesel::prelude::*;
use diesel::sql_types::{Array, Uuid as SqlUuid};
use nexus_db::DbResult;
use uuid::Uuid;

use crate::measures::sql::Tables;

/// Derives the orders of these clients; of all when `None`.
pub fn derive(conn: &mut PgConnection, tables: Tables, clients: Option<&[Uuid]>) -> DbResult<()> {
    let of = if clients.is_some() {
        "client_id = ANY($1)"
    } else {
        "$1 IS NOT NULL"
    };
    let sql = format!(
        "WITH days AS (SELECT client_id, day, lead(day) OVER (PARTITION BY client_id ORDER BY day) AS next_on
             FROM (SELECT DISTINCT client_id, day FROM {{t}}orders WHERE counted AND {of}) d)
         UPDATE {{t}}orders o SET province = coalesce(c.province, ''), source_id = c.source_id, next_on = r.next_on
         FROM (SELECT o.id, CASE WHEN o.counted THEN d.next_on END AS next_on
             FROM {{t}}orders o LEFT JOIN days d ON d.client_id = o.client_id AND d.day = o.day WHERE o.{of}) r
         JOIN {{t}}orders known ON known.id = r.id LEFT JOIN {{t}}clients c ON c.id = known.client_id
         WHERE o.id = r.id AND (o.province, o.source_id, o.next_on)
             IS DISTINCT FROM (coalesce(c.province, ''), c.source_id, r.next_on)"
    );
    let sql = if clients.is_some() {
        sql
    } else {
        sql.replace("o.$1", "$1")
    };
    run(conn, &tables.of(&sql), clients)?;
    derive_products(conn, tables, clients)
}

/// What the orders' lines have of their order. Nearly always it is as when they were saved.
fn derive_products(
    conn: &mut PgConnection,
    tables: Tables,
    clients: Option<&[Uuid]>,
) -> DbResult<()> {
    let of = if clients.is_some() {
        "o.client_id = ANY($1)"
    } else {
        "$1 IS NOT NULL"
    };
    let sql = format!(
        "UPDATE {{t}}order_products p SET day = o.day, owner_id = o.owner_id, counted = o.counted, province = o.province,
             source_id = o.source_id
         FROM {{t}}orders o WHERE o.id = p.order_id AND {of} AND
             (p.day, p.owner_id, p.counted, p.province, p.source_id) IS DISTINCT FROM
             (o.day, o.owner_id, o.counted, o.province, o.source_id)"
    );
    run(conn, &tables.of(&sql), clients)
}

/// Derives these clients' visits; of all when `None`.
pub fn derive_visits(
    conn: &mut PgConnection,
    tables: Tables,
    clients: Option<&[Uuid]>,
) -> DbResult<()> {
    let of = if clients.is_some() {
        "v.client_id = ANY($1)"
    } else {
        "$1 IS NOT NULL"
    };
    let sql = format!(
        "UPDATE {{t}}visits v SET province = c.province FROM {{t}}clients c
         WHERE c.id = v.client_id AND v.province <> c.province AND {of}"
    );
    run(conn, &tables.of(&sql), clients)
}

fn run(conn: &mut PgConnection, sql: &str, clients: Option<&[Uuid]>) -> DbResult<()> {
    diesel::sql_query(sql)
        .bind::<Array<SqlUuid>, _>(clients.unwrap_or_default())
        .execute(conn)?;
    Ok(())
}
