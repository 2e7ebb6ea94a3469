//! How far a rebuild is.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamptz};
use nexus_db::DbResult;
use serde::Serialize;
use utoipa::ToSchema;

use crate::schema::mirror_rebuilds;

const ONLY: i16 = 1;
/// One that has said nothing for so long has died with its process.
const SILENT: TimeDelta = TimeDelta::minutes(5);

/// The last reading of crm's feed from its beginning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, Queryable, Selectable)]
#[diesel(table_name = mirror_rebuilds, check_for_backend(diesel::pg::Pg))]
#[schema(as = VisitsRebuild)]
pub struct Progress {
    /// `running`, `done` or `failed`.
    pub status: String,
    /// What it does, or why it failed.
    pub detail: Option<String>,
    /// Events that were read.
    pub applied: i64,
    /// Events that there were when it began.
    pub expected: i64,
    pub started_at: DateTime<Utc>,
}

pub fn last(conn: &mut PgConnection) -> DbResult<Option<Progress>> {
    Ok(mirror_rebuilds::table
        .find(ONLY)
        .select(Progress::as_select())
        .first(conn)
        .optional()?)
}

/// Notes that one begins; `None` while one is running.
pub fn begin(
    conn: &mut PgConnection,
    source: &str,
    now: DateTime<Utc>,
) -> DbResult<Option<Progress>> {
    let begun = diesel::sql_query(
        "INSERT INTO mirror_rebuilds (id, status, applied, expected, started_at, noted_at)
         SELECT 1, 'running', 0, coalesce((SELECT position FROM inbox_positions WHERE source = $1), 0), $2, $2
         ON CONFLICT (id) DO UPDATE SET status = 'running', detail = NULL, applied = 0, expected = EXCLUDED.expected,
            started_at = EXCLUDED.started_at, noted_at = EXCLUDED.noted_at
         WHERE mirror_rebuilds.status <> 'running' OR mirror_rebuilds.noted_at < $3",
    )
    .bind::<Text, _>(source)
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(now - SILENT)
    .execute(conn)?;
    match begun {
        0 => Ok(None),
        _ => last(conn),
    }
}

pub fn note(
    conn: &mut PgConnection,
    status: &str,
    detail: Option<&str>,
    applied: i64,
    now: DateTime<Utc>,
) -> DbResult<()> {
    use mirror_rebuilds as rebuilds;
    diesel::update(rebuilds::table.find(ONLY))
        .set((
            rebuilds::status.eq(status),
            rebuilds::detail.eq(detail),
            rebuilds::applied.eq(applied),
            rebuilds::noted_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

#[derive(QueryableByName)]
struct Position {
    #[diesel(sql_type = BigInt)]
    position: i64,
}

/// How far a feed has been applied; nobody applies more until the transaction ends.
pub fn hold_position(conn: &mut PgConnection, source: &str) -> DbResult<i64> {
    let rows: Vec<Position> =
        diesel::sql_query("SELECT position FROM inbox_positions WHERE source = $1 FOR UPDATE")
            .bind::<Text, _>(source)
            .load(conn)?;
    Ok(rows.first().map_or(0, |row| row.position))
}
