use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use nexus_db::DbResult;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// How far a rebuild is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, QueryableByName)]
pub struct Rebuild {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// `running`, `done` or `failed`.
    #[diesel(sql_type = Text)]
    pub status: String,
    /// Events applied so far, of so many.
    #[diesel(sql_type = BigInt)]
    pub applied: i64,
    #[diesel(sql_type = BigInt)]
    pub expected: i64,
    /// What it does, or why it failed.
    #[diesel(sql_type = Nullable<Text>)]
    pub detail: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    pub started_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub updated_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub ended_at: Option<DateTime<Utc>>,
}

/// One that is silent for longer has died with its process.
const SILENT_SECONDS: i64 = 300;

/// The last one there was.
pub fn last(conn: &mut PgConnection) -> DbResult<Option<Rebuild>> {
    Ok(
        diesel::sql_query("SELECT * FROM rebuilds ORDER BY started_at DESC, id DESC LIMIT 1")
            .get_result(conn)
            .optional()?,
    )
}

/// Begins one, unless one is running. `None`: there is.
pub fn begin(conn: &mut PgConnection, now: DateTime<Utc>) -> DbResult<Option<Rebuild>> {
    diesel::sql_query(
        "UPDATE rebuilds SET status = 'failed', detail = 'the service stopped', ended_at = $1
         WHERE status = 'running' AND updated_at < $1 - make_interval(secs => $2)",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<diesel::sql_types::Double, _>(f64::from(
        i32::try_from(SILENT_SECONDS).unwrap_or(i32::MAX),
    ))
    .execute(conn)?;
    Ok(diesel::sql_query(
        "INSERT INTO rebuilds (id, status, expected, detail, started_at, updated_at)
         SELECT $1, 'running', coalesce((SELECT sum(position)::bigint FROM inbox_positions WHERE source <> 'auth'), 0),
             'reading', $2, $2 ON CONFLICT DO NOTHING RETURNING *",
    )
    .bind::<SqlUuid, _>(Uuid::now_v7())
    .bind::<Timestamptz, _>(now)
    .get_result(conn)
    .optional()?)
}

/// Notes how far it is.
pub fn note(
    conn: &mut PgConnection,
    id: Uuid,
    applied: i64,
    detail: &str,
    now: DateTime<Utc>,
) -> DbResult<()> {
    diesel::sql_query(
        "UPDATE rebuilds SET applied = $2, expected = greatest(expected, $2), detail = $3, updated_at = $4 WHERE id = $1",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<BigInt, _>(applied)
    .bind::<Text, _>(detail)
    .bind::<Timestamptz, _>(now)
    .execute(conn)?;
    Ok(())
}

/// It is over; `failure` says why, if it failed.
pub fn end(
    conn: &mut PgConnection,
    id: Uuid,
    failure: Option<&str>,
    now: DateTime<Utc>,
) -> DbResult<()> {
    diesel::sql_query(
        "UPDATE rebuilds SET status = CASE WHEN $2 IS NULL THEN 'done' ELSE 'failed' END, detail = $2, updated_at = $3,
             ended_at = $3 WHERE id = $1",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Nullable<Text>, _>(failure)
    .bind::<Timestamptz, _>(now)
    .execute(conn)?;
    Ok(())
}
