//! The facts' rows as events bring them, and how they are saved. What is derived is not in them.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_types::{
    Array, BigInt, Bool, Date, Integer, Jsonb, Nullable, Numeric, Text, Timestamptz,
    Uuid as SqlUuid,
};
use nexus_db::DbResult;
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::measures::sql::Tables;

/// Every table that a rebuild fills anew.
pub const TABLES: [&str; 21] = [
    "labels",
    "stages",
    "clients",
    "deals",
    "deal_versions",
    "paths",
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
pub trait Row: Sized {
    const TABLE: &'static str;
    /// What tells one from another.
    const KEY: &'static str;
    const COLUMNS: &'static [&'static str];
    /// Their types, as arrays.
    const TYPES: &'static [&'static str];

    /// Binds these arrays.
    fn bind<'r>(rows: &'r [Self], query: Statement<'r>) -> Statement<'r>;
}

type Statement<'r> = BoxedSqlQuery<'r, Pg, SqlQuery>;

/// What a field is called in PostgreSQL.
trait Field {
    type Sql;
    const ARRAY: &'static str;
}

macro_rules! fields {
    ($($type:ty => $sql:ty, $array:literal;)+) => { $(
        impl Field for $type {
            type Sql = $sql;
            const ARRAY: &'static str = $array;
        }
    )+ };
}

fields! {
    Uuid => SqlUuid, "uuid[]";
    Option<Uuid> => Nullable<SqlUuid>, "uuid[]";
    i64 => BigInt, "bigint[]";
    i32 => Integer, "integer[]";
    Option<i32> => Nullable<Integer>, "integer[]";
    bool => Bool, "boolean[]";
    String => Text, "text[]";
    &'static str => Text, "text[]";
    NaiveDate => Date, "date[]";
    Option<NaiveDate> => Nullable<Date>, "date[]";
    DateTime<Utc> => Timestamptz, "timestamptz[]";
    Decimal => Numeric, "numeric[]";
    serde_json::Value => Jsonb, "jsonb[]";
}

macro_rules! row {
    ($(#[$doc:meta])* $name:ident, $table:literal, $key:literal, { $($field:ident: $type:ty),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name { $(pub $field: $type),+ }

        impl Row for $name {
            const TABLE: &'static str = $table;
            const KEY: &'static str = $key;
            const COLUMNS: &'static [&'static str] = &[$(stringify!($field)),+];
            const TYPES: &'static [&'static str] = &[$(<$type as Field>::ARRAY),+];

            fn bind<'r>(rows: &'r [Self], query: Statement<'r>) -> Statement<'r> {
                query$(.bind::<Array<<$type as Field>::Sql>, _>(
                    rows.iter().map(|row| &row.$field).collect::<Vec<_>>(),
                ))+
            }
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
    order_id: Uuid, product_id: Uuid, version: i64, quantity: Decimal, net_cents: i64,
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

row!(
    /// A proposal; when it first went out never changes.
    Offer, "offers", "id", { id: Uuid, client_id: Uuid, sent_on: Option<NaiveDate> }
);
row!(
    /// What somebody did; written once.
    Activity, "activities", "id", {
        id: Uuid, kind: String, owner_id: Uuid, client_id: Option<Uuid>, day: NaiveDate,
    }
);

// Derived.
row!(Path, "deals", "id", { id: Uuid, path: String });
row!(
    /// A stage that a deal has left. Whose the deal is and the like stand beside it when it is saved.
    PassageRow, "passages", "deal_id, entered_at, stage_id", {
        deal_id: Uuid, entered_at: DateTime<Utc>, stage_id: Uuid, left_on: NaiveDate, days: i32,
    }
);
row!(
    /// A deal that was expected in a month when it began.
    ForecastRow, "forecasts", "deal_id, month", {
        deal_id: Uuid, month: NaiveDate, stage_id: Uuid, amount_cents: i64,
    }
);
row!(Scored, "clients", "id", {
    id: Uuid, orders: i32, last_order_on: Option<NaiveDate>, orders_year: i32, net_year_cents: i64,
    segment: &'static str, churn: &'static str,
});

/// `unnest(…) AS told (…)`: rows as a table.
pub fn told<R: Row>() -> String {
    let arrays: Vec<String> = R::TYPES
        .iter()
        .enumerate()
        .map(|(place, kind)| format!("${}::{kind}", place + 1))
        .collect();
    format!(
        "unnest({}) AS told ({})",
        arrays.join(", "),
        R::COLUMNS.join(", ")
    )
}

/// Saves rows; one that is known in this version or a newer one stays. The newest of each is taken.
pub fn save<R: Row>(conn: &mut PgConnection, tables: Tables, rows: &[R]) -> DbResult<()> {
    let columns = R::COLUMNS.join(", ");
    let set: Vec<String> = R::COLUMNS
        .iter()
        .filter(|column| !R::KEY.split(", ").any(|key| key == **column))
        .map(|column| format!("{column} = excluded.{column}"))
        .collect();
    let sql = format!(
        "INSERT INTO {{t}}{table} AS known ({columns})
         SELECT DISTINCT ON ({key}) {columns} FROM {told} ORDER BY {key}, version DESC
         ON CONFLICT ({key}) DO UPDATE SET {set} WHERE known.version < excluded.version",
        table = R::TABLE,
        key = R::KEY,
        told = told::<R>(),
        set = set.join(", "),
    );
    run(conn, tables, &sql, rows)
}

/// Saves what happened, each once.
pub fn save_activities(conn: &mut PgConnection, tables: Tables, rows: &[Activity]) -> DbResult<()> {
    let sql = format!(
        "INSERT INTO {{t}}activities (id, kind, owner_id, client_id, day)
         SELECT id, kind, owner_id, client_id, day FROM {} ON CONFLICT (id) DO NOTHING",
        told::<Activity>()
    );
    run(conn, tables, &sql, rows)
}

/// Saves proposals: of each the earliest day on which it went out, whatever the order of the events.
pub fn save_offers(conn: &mut PgConnection, tables: Tables, rows: &[Offer]) -> DbResult<()> {
    let sql = format!(
        "INSERT INTO {{t}}offers AS known (id, client_id, sent_on)
         SELECT id, min(client_id::text)::uuid, min(sent_on) FROM {} GROUP BY id
         ON CONFLICT (id) DO UPDATE SET sent_on = least(known.sent_on, excluded.sent_on)",
        told::<Offer>()
    );
    run(conn, tables, &sql, rows)
}

/// What orders contain: of each order the newest that was told, with what filters ask of the order, which is saved before.
pub fn save_order_products(
    conn: &mut PgConnection,
    tables: Tables,
    rows: &[OrderProduct],
) -> DbResult<()> {
    let told = told::<OrderProduct>();
    let newest = format!(
        "WITH told AS MATERIALIZED (SELECT * FROM {told}),
         newest AS (SELECT order_id, max(version) AS version FROM told GROUP BY order_id)"
    );
    let delete = format!(
        "{newest} DELETE FROM {{t}}order_products known USING newest
         WHERE known.order_id = newest.order_id AND known.version < newest.version"
    );
    run(conn, tables, &delete, rows)?;
    let insert = format!(
        "{newest} INSERT INTO {{t}}order_products (order_id, product_id, version, quantity, net_cents, day, owner_id, counted,
             province, source_id)
         SELECT DISTINCT ON (r.order_id, r.product_id) r.order_id, r.product_id, r.version, r.quantity, r.net_cents, o.day,
             o.owner_id, o.counted, coalesce(c.province, ''), c.source_id
         FROM told r JOIN newest USING (order_id, version) JOIN {{t}}orders o ON o.id = r.order_id
         LEFT JOIN {{t}}clients c ON c.id = o.client_id
         WHERE NOT EXISTS (SELECT FROM {{t}}order_products k
             WHERE k.order_id = r.order_id AND k.version >= r.version)
         ORDER BY r.order_id, r.product_id"
    );
    run(conn, tables, &insert, rows)
}

/// Saves what is derived of deals and stands nowhere yet, with what filters ask of the deal.
pub fn insert_of_deals<R: Row>(
    conn: &mut PgConnection,
    tables: Tables,
    rows: &[R],
) -> DbResult<()> {
    let (table, columns) = (R::TABLE, R::COLUMNS.join(", "));
    let of_told: Vec<String> = R::COLUMNS
        .iter()
        .map(|column| format!("told.{column}"))
        .collect();
    let sql = format!(
        "INSERT INTO {{t}}{table} ({columns}, owner_id, province, product_id, source_id)
         SELECT {of_told}, d.owner_id, coalesce(c.province, ''), d.product_id, d.source_id
         FROM {told} JOIN {{t}}deals d ON d.id = told.deal_id LEFT JOIN {{t}}clients c ON c.id = d.client_id
         ON CONFLICT DO NOTHING",
        of_told = of_told.join(", "),
        told = told::<R>(),
    );
    run(conn, tables, &sql, rows)
}

/// Runs a statement about [`told`] rows; nothing when there are none.
pub fn run<R: Row>(conn: &mut PgConnection, tables: Tables, sql: &str, rows: &[R]) -> DbResult<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let statement = diesel::sql_query(tables.of(sql)).into_boxed();
    R::bind(rows, statement).execute(conn)?;
    Ok(())
}
