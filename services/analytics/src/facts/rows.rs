//! The facts' rows as events bring them, and how they are saved. What is derived is not in them.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::Jsonb;
use nexus_db::{DbError, DbResult};
use serde::Serialize;
use uuid::Uuid;

use crate::measures::sql::Tables;

/// Every table that a rebuild fills anew.
pub const TABLES: [&str; 20] = [
    "labels",
    "stages",
    "clients",
    "deals",
    "deal_versions",
    "passages",
    "forecasts",
    "orders",
    "order_products",
    "offers",
    "leads",
    "activities",
    "tasks",
    "sites",
    "place_wishes",
    "visit_rules",
    "visits",
    "tours",
    "counts",
    "parked_events",
];

/// A row that a newer version replaces.
pub trait Row: Serialize {
    const TABLE: &'static str;
    /// What tells one from another.
    const KEY: &'static str;
    const COLUMNS: &'static [&'static str];
}

macro_rules! row {
    ($(#[$doc:meta])* $name:ident, $table:literal, $key:literal, { $($field:ident: $type:ty),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize)]
        pub struct $name { $(pub $field: $type),+ }

        impl Row for $name {
            const TABLE: &'static str = $table;
            const KEY: &'static str = $key;
            const COLUMNS: &'static [&'static str] = &[$(stringify!($field)),+];
        }
    };
}

row!(
    /// The name of a reason, a source, a product or a pipeline.
    Label, "labels", "kind, id", { kind: &'static str, id: Uuid, version: i64, name: String }
);
row!(Stage, "stages", "id", {
    id: Uuid, version: i64, pipeline_id: Uuid, name: String, position: i32, probability: i32, outcome: String,
    stale_after_days: Option<i32>,
});
row!(Client, "clients", "id", {
    id: Uuid, version: i64, name: String, owner_id: Uuid, province: String, class: String, lifecycle: String,
    source_id: Option<Uuid>, created_on: NaiveDate, archived: bool,
});
row!(Deal, "deals", "id", {
    id: Uuid, version: i64, name: String, owner_id: Uuid, client_id: Option<Uuid>, pipeline_id: Uuid, stage_id: Uuid,
    status: String, amount_cents: i64, product_id: Option<Uuid>, source_id: Option<Uuid>, opened_on: NaiveDate,
    expected_close_on: Option<NaiveDate>, closed_on: Option<NaiveDate>, lost_reason_id: Option<Uuid>,
    stage_entered_at: DateTime<Utc>, archived: bool,
});
row!(DealVersion, "deal_versions", "deal_id, version", {
    deal_id: Uuid, version: i64, at: DateTime<Utc>, stage_id: Uuid, stage_entered_at: DateTime<Utc>, status: String,
    amount_cents: i64, expected_close_on: Option<NaiveDate>,
});
row!(Order, "orders", "id", {
    id: Uuid, version: i64, number: String, owner_id: Uuid, client_id: Uuid, channel: String, status: String,
    day: NaiveDate, net_cents: i64, total_cents: i64, counted: bool,
});
row!(OrderProduct, "order_products", "order_id, product_id", {
    order_id: Uuid, product_id: Uuid, version: i64, quantity: rust_decimal::Decimal, net_cents: i64,
});
row!(Lead, "leads", "id", {
    id: Uuid, version: i64, name: String, owner_id: Uuid, source_id: Option<Uuid>, province: String, status: String,
    created_on: NaiveDate, due_at: DateTime<Utc>, contacted: bool, qualified: bool, lost_reason_id: Option<Uuid>,
    archived: bool,
});
row!(Task, "tasks", "id", {
    id: Uuid, version: i64, title: String, owner_id: Uuid, client_id: Option<Uuid>, status: String,
    due_at: DateTime<Utc>, late_at: DateTime<Utc>,
});
row!(Site, "sites", "id", {
    id: Uuid, version: i64, client_id: Uuid, name: String, province: String, archived: bool,
});
row!(PlaceWish, "place_wishes", "id", { id: Uuid, version: i64, own_cadence_days: Option<i32> });
row!(Rules, "visit_rules", "id", { id: Uuid, version: i64, body: serde_json::Value });
row!(Visit, "visits", "id", {
    id: Uuid, version: i64, owner_id: Uuid, site_id: Uuid, client_id: Uuid, client_name: String, status: String,
    met: bool, day: NaiveDate, minutes: i32, on_tour: bool,
});
row!(Tour, "tours", "id", {
    id: Uuid, version: i64, owner_id: Uuid, day: NaiveDate, stops: i32, distance_m: i64, travel_seconds: i64,
    withdrawn: bool,
});

/// A proposal; when it first went out never changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Offer {
    pub id: Uuid,
    pub client_id: Uuid,
    pub sent_on: Option<NaiveDate>,
}

/// What somebody did; written once.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Activity {
    pub id: Uuid,
    pub kind: String,
    pub owner_id: Uuid,
    pub client_id: Option<Uuid>,
    pub day: NaiveDate,
}

/// Saves rows; one that is known in this version or a newer one stays. The newest of each is taken.
pub fn save<R: Row>(conn: &mut PgConnection, tables: Tables, rows: &[R]) -> DbResult<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let columns = R::COLUMNS.join(", ");
    let set: Vec<String> = R::COLUMNS
        .iter()
        .filter(|column| !R::KEY.split(", ").any(|key| key == **column))
        .map(|column| format!("{column} = excluded.{column}"))
        .collect();
    let sql = format!(
        "INSERT INTO {{t}}{table} AS known ({columns})
         SELECT DISTINCT ON ({key}) {columns} FROM jsonb_populate_recordset(NULL::{{t}}{table}, $1)
         ORDER BY {key}, version DESC
         ON CONFLICT ({key}) DO UPDATE SET {set} WHERE known.version < excluded.version",
        table = R::TABLE,
        key = R::KEY,
        set = set.join(", "),
    );
    run(conn, &tables.of(&sql), json(rows)?)
}

/// Saves what happened, each once.
pub fn save_activities(conn: &mut PgConnection, tables: Tables, rows: &[Activity]) -> DbResult<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let sql = "INSERT INTO {t}activities (id, kind, owner_id, client_id, day)
         SELECT id, kind, owner_id, client_id, day FROM jsonb_populate_recordset(NULL::{t}activities, $1)
         ON CONFLICT (id) DO NOTHING";
    run(conn, &tables.of(sql), json(rows)?)
}

/// Saves proposals: of each the earliest day on which it went out, whatever the order of the events.
pub fn save_offers(conn: &mut PgConnection, tables: Tables, rows: &[Offer]) -> DbResult<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let sql = "INSERT INTO {t}offers AS known (id, client_id, sent_on)
         SELECT id, min(client_id::text)::uuid, min(sent_on) FROM jsonb_populate_recordset(NULL::{t}offers, $1) GROUP BY id
         ON CONFLICT (id) DO UPDATE SET sent_on = least(known.sent_on, excluded.sent_on)";
    run(conn, &tables.of(sql), json(rows)?)
}

/// What orders contain: of each order the newest that was told.
pub fn save_order_products(
    conn: &mut PgConnection,
    tables: Tables,
    rows: &[OrderProduct],
) -> DbResult<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let rows = json(rows)?;
    let newest = "WITH told AS (SELECT order_id, max(version) AS version
         FROM jsonb_populate_recordset(NULL::{t}order_products, $1) GROUP BY order_id)";
    let delete = format!(
        "{newest} DELETE FROM {{t}}order_products known USING told
         WHERE known.order_id = told.order_id AND known.version < told.version"
    );
    run(conn, &tables.of(&delete), rows.clone())?;
    let insert = format!(
        "{newest} INSERT INTO {{t}}order_products (order_id, product_id, version, quantity, net_cents)
         SELECT DISTINCT ON (r.order_id, r.product_id) r.order_id, r.product_id, r.version, r.quantity, r.net_cents
         FROM jsonb_populate_recordset(NULL::{{t}}order_products, $1) r JOIN told USING (order_id, version)
         WHERE NOT EXISTS (SELECT FROM {{t}}order_products k
             WHERE k.order_id = r.order_id AND k.version >= r.version)
         ORDER BY r.order_id, r.product_id"
    );
    run(conn, &tables.of(&insert), rows)
}

pub fn json<T: Serialize>(rows: &[T]) -> DbResult<serde_json::Value> {
    serde_json::to_value(rows)
        .map_err(|error| DbError::from(diesel::result::Error::SerializationError(Box::new(error))))
}

fn run(conn: &mut PgConnection, sql: &str, rows: serde_json::Value) -> DbResult<()> {
    diesel::sql_query(sql)
        .bind::<Jsonb, _>(rows)
        .execute(conn)?;
    Ok(())
}
