//! Rows in, rows out. `None` means "no such import for you".

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Double, Jsonb, Text, Uuid as SqlUuid};
use nexus_db::DbResult;
use serde_json::Value;
use uuid::Uuid;

use super::model::{Import, ImportId, ImportStatus};
use crate::schema::{import_parents, import_rows, imports};
use nexus_records::text_enum;
use nexus_records::{Viewer, keyset, visible_to};

text_enum! {
    /// What became of a row.
    RowOutcome { Created = "created", Updated = "updated", Skipped = "skipped", Failed = "failed" }
}

/// What became of a row of the file, with what the file says.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = import_rows, check_for_backend(diesel::pg::Pg))]
pub struct RowEntry {
    pub import_id: ImportId,
    pub line: i64,
    pub outcome: RowOutcome,
    pub record_id: Option<Uuid>,
    /// A list of field errors.
    pub problems: Value,
    /// The cells, in the order of the columns.
    pub fields: Value,
    pub warned: bool,
}

/// A client that waits for its parent.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = import_parents, check_for_backend(diesel::pg::Pg))]
pub struct WaitingChild {
    pub import_id: ImportId,
    pub line: i64,
    pub client_id: nexus_kernel::ClientId,
    pub parent_name: String,
    pub fields: Value,
}

pub fn insert(conn: &mut PgConnection, import: &Import) -> DbResult<()> {
    diesel::insert_into(imports::table)
        .values(import)
        .execute(conn)?;
    Ok(())
}

pub fn save(conn: &mut PgConnection, import: &Import) -> DbResult<()> {
    diesel::update(import).set(import).execute(conn)?;
    Ok(())
}

pub fn find(conn: &mut PgConnection, viewer: &Viewer, id: ImportId) -> DbResult<Option<Import>> {
    let row = visible_to!(imports::table, imports::created_by, viewer)
        .filter(imports::id.eq(id))
        .filter(imports::status.ne(ImportStatus::Uploading))
        .select(Import::as_select())
        .first(conn)
        .optional()?;
    Ok(row)
}

/// Reads the row and holds it until the transaction ends.
pub fn lock(conn: &mut PgConnection, viewer: &Viewer, id: ImportId) -> DbResult<Option<Import>> {
    let row: Option<Import> = imports::table
        .find(id)
        .filter(imports::status.ne(ImportStatus::Uploading))
        .select(Import::as_select())
        .for_update()
        .first(conn)
        .optional()?;
    Ok(row.filter(|import| viewer.reaches(Some(import.created_by))))
}

/// The newest first.
pub fn page(
    conn: &mut PgConnection,
    viewer: &Viewer,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: usize,
) -> DbResult<Vec<Import>> {
    let query = visible_to!(imports::table, imports::created_by, viewer)
        .filter(imports::status.ne(ImportStatus::Uploading));
    let query = keyset!(query, imports::created_at, imports::id, true, after);
    Ok(query
        .limit(one_more(limit))
        .select(Import::as_select())
        .load(conn)?)
}

pub fn delete(conn: &mut PgConnection, id: ImportId) -> DbResult<()> {
    diesel::delete(imports::table.find(id)).execute(conn)?;
    Ok(())
}

/// Forgets an upload that did not become an import.
pub fn drop_upload(conn: &mut PgConnection, id: ImportId) -> DbResult<()> {
    diesel::delete(
        imports::table
            .find(id)
            .filter(imports::status.eq(ImportStatus::Uploading)),
    )
    .execute(conn)?;
    Ok(())
}

/// Forgets uploads that broke off before this.
pub fn drop_uploads_before(conn: &mut PgConnection, before: DateTime<Utc>) -> DbResult<usize> {
    Ok(diesel::delete(
        imports::table
            .filter(imports::status.eq(ImportStatus::Uploading))
            .filter(imports::created_at.lt(before)),
    )
    .execute(conn)?)
}

#[derive(QueryableByName)]
struct Claimed {
    #[diesel(sql_type = SqlUuid)]
    id: ImportId,
}

const CLAIM: &str =
    "UPDATE imports SET claimed_by = $1, claimed_until = now() + make_interval(secs => $2)
    WHERE id = (SELECT id FROM imports WHERE status IN ('checking', 'running')
                AND (claimed_by = $1 OR claimed_until IS NULL OR claimed_until < now())
                ORDER BY started_at FOR UPDATE SKIP LOCKED LIMIT 1)
    RETURNING id";

/// Takes the oldest piece of work that nobody is at, for so many seconds.
pub fn claim(conn: &mut PgConnection, worker: Uuid, seconds: f64) -> DbResult<Option<ImportId>> {
    let claimed: Option<Claimed> = diesel::sql_query(CLAIM)
        .bind::<SqlUuid, _>(worker)
        .bind::<Double, _>(seconds)
        .get_result(conn)
        .optional()?;
    Ok(claimed.map(|claimed| claimed.id))
}

/// Reads the import and holds it, as long as it is still this worker's; renews the claim.
pub fn lock_claimed(
    conn: &mut PgConnection,
    worker: Uuid,
    id: ImportId,
    seconds: f64,
) -> DbResult<Option<Import>> {
    let renewed = diesel::sql_query(
        "UPDATE imports SET claimed_until = now() + make_interval(secs => $3)
         WHERE id = $1 AND claimed_by = $2 AND status IN ('checking', 'running')",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(worker)
    .bind::<Double, _>(seconds)
    .execute(conn)?;
    if renewed == 0 {
        return Ok(None);
    }
    let row = imports::table
        .find(id)
        .select(Import::as_select())
        .first(conn)
        .optional()?;
    Ok(row)
}

/// Rows of one INSERT: PostgreSQL takes at most 65,535 values.
const AT_ONCE: usize = 5000;

pub fn insert_rows(conn: &mut PgConnection, rows: &[RowEntry]) -> DbResult<()> {
    for some in rows.chunks(AT_ONCE) {
        diesel::insert_into(import_rows::table)
            .values(some)
            .execute(conn)?;
    }
    Ok(())
}

/// Adds a warning to what is told of a row. Returns whether it had none before.
pub fn warn_row(conn: &mut PgConnection, row: &RowEntry) -> DbResult<bool> {
    #[derive(QueryableByName)]
    struct Before {
        #[diesel(sql_type = diesel::sql_types::Bool)]
        warned: bool,
    }
    let before: Option<Before> = diesel::sql_query(
        "UPDATE import_rows new SET problems = new.problems || $3, warned = true
         FROM import_rows old WHERE old.import_id = new.import_id AND old.line = new.line
         AND new.import_id = $1 AND new.line = $2 RETURNING old.warned",
    )
    .bind::<SqlUuid, _>(row.import_id)
    .bind::<BigInt, _>(row.line)
    .bind::<Jsonb, _>(&row.problems)
    .get_result(conn)
    .optional()?;
    match before {
        Some(before) => Ok(!before.warned),
        None => {
            insert_rows(conn, std::slice::from_ref(row))?;
            Ok(true)
        }
    }
}

/// Forgets what became of the rows.
pub fn clear_rows(conn: &mut PgConnection, id: ImportId) -> DbResult<()> {
    diesel::delete(import_rows::table.filter(import_rows::import_id.eq(id))).execute(conn)?;
    diesel::delete(import_parents::table.filter(import_parents::import_id.eq(id))).execute(conn)?;
    Ok(())
}

/// Which rows.
#[derive(Debug, Clone, Copy)]
pub enum RowFilter {
    All,
    Warned,
    Outcome(RowOutcome),
}

/// Rows in the order of the file.
pub fn rows(
    conn: &mut PgConnection,
    id: ImportId,
    filter: RowFilter,
    after: Option<i64>,
    limit: usize,
) -> DbResult<Vec<RowEntry>> {
    let mut query = import_rows::table
        .filter(import_rows::import_id.eq(id))
        .into_boxed();
    query = match filter {
        RowFilter::All => query,
        RowFilter::Warned => query.filter(import_rows::warned),
        RowFilter::Outcome(outcome) => query.filter(import_rows::outcome.eq(outcome)),
    };
    if let Some(after) = after {
        query = query.filter(import_rows::line.gt(after));
    }
    Ok(query
        .order(import_rows::line)
        .limit(one_more(limit))
        .select(RowEntry::as_select())
        .load(conn)?)
}

/// What is told of the rows from one line to another.
pub fn rows_between(
    conn: &mut PgConnection,
    id: ImportId,
    first: i64,
    last: i64,
) -> DbResult<Vec<RowEntry>> {
    Ok(import_rows::table
        .filter(import_rows::import_id.eq(id))
        .filter(import_rows::line.between(first, last))
        .order(import_rows::line)
        .select(RowEntry::as_select())
        .load(conn)?)
}

pub fn insert_waiting(conn: &mut PgConnection, children: &[WaitingChild]) -> DbResult<()> {
    for some in children.chunks(AT_ONCE) {
        diesel::insert_into(import_parents::table)
            .values(some)
            .execute(conn)?;
    }
    Ok(())
}

/// Takes the next clients that wait for a parent; they are gone when the transaction ends.
pub fn take_waiting(
    conn: &mut PgConnection,
    id: ImportId,
    most: i64,
) -> DbResult<Vec<WaitingChild>> {
    #[derive(QueryableByName)]
    struct Taken {
        #[diesel(sql_type = BigInt)]
        line: i64,
        #[diesel(sql_type = SqlUuid)]
        client_id: nexus_kernel::ClientId,
        #[diesel(sql_type = Text)]
        parent_name: String,
        #[diesel(sql_type = Jsonb)]
        fields: Value,
    }
    let taken: Vec<Taken> = diesel::sql_query(
        "DELETE FROM import_parents WHERE import_id = $1 AND line IN
         (SELECT line FROM import_parents WHERE import_id = $1 ORDER BY line LIMIT $2)
         RETURNING line, client_id, parent_name, fields",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<BigInt, _>(most)
    .load(conn)?;
    let child = |taken: Taken| WaitingChild {
        import_id: id,
        line: taken.line,
        client_id: taken.client_id,
        parent_name: taken.parent_name,
        fields: taken.fields,
    };
    Ok(taken.into_iter().map(child).collect())
}

fn one_more(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1
}

/// What plans of queries rest on, for the tables that imports fill.
pub fn refresh_statistics(conn: &mut PgConnection) -> DbResult<()> {
    diesel::sql_query("ANALYZE clients, sites, contacts, leads, opportunities, interactions")
        .execute(conn)?;
    Ok(())
}
