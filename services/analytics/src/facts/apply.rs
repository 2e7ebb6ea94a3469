//! A page of events, applied in one transaction: what the records it touches count is taken away, the rows are saved, what
//! follows is derived, and what they count now is added.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date};
use nexus_db::{DbError, DbResult};
use uuid::Uuid;

use super::event::Event;
use super::read::{Batch, Parked, read};
use super::touched::{Id, Touched, ids};
use super::{clients, deals, orders, rows, sites};
use crate::measures::Fact;
use crate::measures::rollup::{Sign, append};
use crate::measures::sql::Tables;

/// Events, and what they bring.
#[derive(Debug)]
pub struct Told {
    batch: Batch,
    /// Those that could be read, in order.
    events: Vec<Event>,
    parked: Vec<(Event, Parked)>,
}

impl Told {
    /// Reads events.
    #[must_use]
    pub fn of(events: Vec<Event>) -> Self {
        let mut told = Self {
            batch: Batch::default(),
            events: Vec::with_capacity(events.len()),
            parked: Vec::new(),
        };
        for event in events {
            match read(&mut told.batch, &event) {
                Ok(()) => told.events.push(event),
                Err(why) => told.parked.push((event, why)),
            }
        }
        told
    }
}

/// Applies some events of a feed. One that cannot be applied is parked, and stops nothing.
///
/// # Errors
/// The database's; then nothing was changed.
pub fn apply(
    conn: &mut PgConnection,
    tables: Tables,
    source: &str,
    told: &Told,
    today: NaiveDate,
) -> DbResult<()> {
    for (event, why) in &told.parked {
        park(conn, tables, source, event, why)?;
    }
    settle(conn, tables, source, &told.events, &told.batch, today)
}

/// Applies what was read. When a table refuses one of the events, halves are tried until it stands alone and is parked.
fn settle(
    conn: &mut PgConnection,
    tables: Tables,
    source: &str,
    events: &[Event],
    batch: &Batch,
    today: NaiveDate,
) -> DbResult<()> {
    let Err(why) = attempt(conn, |conn| apply_batch(conn, tables, batch, today))? else {
        return Ok(());
    };
    if let [alone] = events {
        return park(conn, tables, source, alone, &Parked::Unreadable(why));
    }
    let (first, second) = events.split_at(events.len() / 2);
    for half in [first, second] {
        let mut batch = Batch::default();
        for event in half {
            // It could be read before.
            let _ = read(&mut batch, event);
        }
        settle(conn, tables, source, half, &batch, today)?;
    }
    Ok(())
}

/// Does some work in a savepoint. The inner error is a value that a table does not take; anything else is the database's.
fn attempt(
    conn: &mut PgConnection,
    work: impl FnOnce(&mut PgConnection) -> DbResult<()>,
) -> DbResult<Result<(), String>> {
    diesel::sql_query("SAVEPOINT batch").execute(conn)?;
    match work(conn) {
        Ok(()) => {
            diesel::sql_query("RELEASE SAVEPOINT batch").execute(conn)?;
            Ok(Ok(()))
        }
        Err(error) if is_a_value(&error) => {
            diesel::sql_query("ROLLBACK TO SAVEPOINT batch").execute(conn)?;
            Ok(Err(error.to_string()))
        }
        Err(error) => Err(error),
    }
}

/// Whether what an event says is at fault, not the database.
fn is_a_value(error: &DbError) -> bool {
    matches!(error, DbError::Constraint { .. } | DbError::Query(_))
}

fn park(
    conn: &mut PgConnection,
    tables: Tables,
    source: &str,
    event: &Event,
    why: &Parked,
) -> DbResult<()> {
    let (reason, detail) = match why {
        Parked::Unknown => ("unknown", String::new()),
        Parked::Unreadable(detail) => ("unreadable", detail.chars().take(500).collect()),
    };
    tracing::warn!(
        source,
        position = event.position,
        kind = event.kind,
        reason,
        "an event is parked"
    );
    let sql =
        "INSERT INTO {t}parked_events (source, position, kind, subject_id, at, reason, detail)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    diesel::sql_query(tables.of(sql))
        .bind::<diesel::sql_types::Text, _>(source)
        .bind::<BigInt, _>(event.position)
        .bind::<diesel::sql_types::Text, _>(&event.kind)
        .bind::<diesel::sql_types::Uuid, _>(event.subject_id)
        .bind::<diesel::sql_types::Timestamptz, _>(event.at)
        .bind::<diesel::sql_types::Text, _>(reason)
        .bind::<diesel::sql_types::Text, _>(detail)
        .execute(conn)?;
    Ok(())
}

fn save(conn: &mut PgConnection, tables: Tables, batch: &Batch) -> DbResult<()> {
    rows::save(conn, tables, &batch.labels)?;
    rows::save(conn, tables, &batch.stages)?;
    rows::save(conn, tables, &batch.clients)?;
    rows::save(conn, tables, &batch.sites)?;
    rows::save(conn, tables, &batch.deals)?;
    rows::save(conn, tables, &batch.deal_versions)?;
    rows::save(conn, tables, &batch.orders)?;
    rows::save_order_products(conn, tables, &batch.order_products)?;
    rows::save_offers(conn, tables, &batch.offers)?;
    rows::save(conn, tables, &batch.leads)?;
    rows::save_activities(conn, tables, &batch.activities)?;
    rows::save(conn, tables, &batch.tasks)?;
    rows::save(conn, tables, &batch.wishes)?;
    rows::save(conn, tables, &batch.rules)?;
    rows::save(conn, tables, &batch.visits)?;
    rows::save(conn, tables, &batch.tours)
}

fn apply_batch(
    conn: &mut PgConnection,
    tables: Tables,
    batch: &Batch,
    today: NaiveDate,
) -> DbResult<()> {
    // A rebuild derives and counts everything at its end.
    if tables == Tables::Next {
        return save(conn, tables, batch);
    }
    let touched = Touched::by(conn, batch)?;
    touched.count(conn, Sign::Take)?;
    save(conn, tables, batch)?;
    deals::derive(conn, tables, &touched.deals)?;
    if !touched.selling.is_empty() {
        orders::derive(conn, tables, Some(&touched.selling))?;
    }
    if !touched.visits.is_empty() {
        orders::derive_visits(conn, tables, Some(&touched.clients))?;
    }
    if !touched.sites.is_empty() {
        sites::derive(conn, tables, Some(&touched.sites))?;
    }
    clients::derive_phases(conn, tables, Some(&touched.clients))?;
    clients::derive_scores(conn, tables, &touched.selling, today)?;
    touched.count(conn, Sign::Add)
}

/// So many records are derived at once.
const DEALS_AT_ONCE: usize = 10_000;
const CLIENTS_AT_ONCE: usize = 50_000;

/// Derives the deals of freshly filled tables.
pub fn derive_deals(conn: &mut PgConnection, tables: Tables) -> DbResult<()> {
    each(conn, tables, "deals", DEALS_AT_ONCE, |conn, some| {
        deals::derive(conn, tables, some)
    })
}

/// Derives everything but the deals of freshly filled tables; the deals may be derived meanwhile.
pub fn derive_others(conn: &mut PgConnection, tables: Tables, today: NaiveDate) -> DbResult<()> {
    orders::derive(conn, tables, None)?;
    orders::derive_visits(conn, tables, None)?;
    sites::derive(conn, tables, None)?;
    clients::derive_phases(conn, tables, None)?;
    each(conn, tables, "clients", CLIENTS_AT_ONCE, |conn, some| {
        clients::derive_scores(conn, tables, some, today)
    })
}

fn each(
    conn: &mut PgConnection,
    tables: Tables,
    table: &str,
    at_once: usize,
    mut work: impl FnMut(&mut PgConnection, &[Uuid]) -> DbResult<()>,
) -> DbResult<()> {
    let all = ids(
        conn,
        &tables.of(&format!(
            "SELECT id FROM {{t}}{table} WHERE $1 IS NOT NULL ORDER BY id"
        )),
        &[],
    )?;
    for some in all.chunks(at_once) {
        work(conn, some)?;
    }
    Ok(())
}

/// Scores clients anew whose last score is of an earlier day, at most so many. Returns how many.
pub fn rescore(conn: &mut PgConnection, today: NaiveDate, most: i64) -> DbResult<usize> {
    let rows: Vec<Id> = diesel::sql_query(
        "SELECT id FROM clients WHERE orders > 0 AND scored_on < $1 ORDER BY scored_on LIMIT $2",
    )
    .bind::<Date, _>(today)
    .bind::<BigInt, _>(most)
    .load(conn)?;
    let stale: Vec<Uuid> = rows.into_iter().map(|row| row.id).collect();
    append(conn, Sign::Take, Fact::Client, &stale)?;
    clients::derive_scores(conn, Tables::Serving, &stale, today)?;
    append(conn, Sign::Add, Fact::Client, &stale)?;
    Ok(stale.len())
}
