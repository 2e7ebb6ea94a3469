//! Rows in, rows out. A task is seen by whoever reaches the person that does it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use nexus_db::DbResult;
use uuid::Uuid;

use super::model::{RecordKind, Task, TaskId, TaskStatus};
use crate::schema::tasks;
use nexus_records::{Viewer, keyset, visible_to};

/// Which tasks.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub assignee_id: Option<Uuid>,
    pub status: Option<TaskStatus>,
    pub due_from: Option<DateTime<Utc>>,
    pub due_before: Option<DateTime<Utc>>,
    /// Only those that were late by then.
    pub late_at: Option<DateTime<Utc>>,
    pub record: Option<(RecordKind, Uuid)>,
    pub client_id: Option<Uuid>,
}

type Boxed<'a> = tasks::BoxedQuery<'a, diesel::pg::Pg>;

fn filtered<'a>(viewer: &Viewer, filter: &Filter) -> Boxed<'a> {
    let mut query = visible_to!(tasks::table, tasks::assignee_id, viewer);
    if let Some(assignee) = filter.assignee_id {
        query = query.filter(tasks::assignee_id.eq(assignee));
    }
    if let Some(status) = filter.status {
        query = match status {
            // Said in full, so that the index of open tasks serves a prepared statement too.
            TaskStatus::Open => query.filter(diesel::dsl::sql::<diesel::sql_types::Bool>(
                "status = 'open'",
            )),
            other => query.filter(tasks::status.eq(other)),
        };
    }
    if let Some(from) = filter.due_from {
        query = query.filter(tasks::due_at.ge(from));
    }
    if let Some(before) = filter.due_before {
        query = query.filter(tasks::due_at.lt(before));
    }
    if let Some(now) = filter.late_at {
        query = query.filter(tasks::late_at.lt(now));
    }
    if let Some((kind, id)) = filter.record {
        query = query
            .filter(tasks::record_kind.eq(kind))
            .filter(tasks::record_id.eq(id));
    }
    if let Some(client) = filter.client_id {
        query = query.filter(tasks::client_id.eq(client));
    }
    query
}

pub fn page(
    conn: &mut PgConnection,
    viewer: &Viewer,
    filter: &Filter,
    descending: bool,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: usize,
) -> DbResult<Vec<Task>> {
    let query = filtered(viewer, filter);
    let query = keyset!(query, tasks::due_at, tasks::id, descending, after);
    let one_more = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
    Ok(query.limit(one_more).select(Task::as_select()).load(conn)?)
}

pub fn count(conn: &mut PgConnection, viewer: &Viewer, filter: &Filter) -> DbResult<i64> {
    Ok(filtered(viewer, filter).count().get_result(conn)?)
}

pub fn find(conn: &mut PgConnection, viewer: &Viewer, id: TaskId) -> DbResult<Option<Task>> {
    let row = visible_to!(tasks::table, tasks::assignee_id, viewer)
        .filter(tasks::id.eq(id))
        .select(Task::as_select())
        .first(conn)
        .optional()?;
    Ok(row)
}

/// Reads the row and holds it until the transaction ends.
pub fn lock(conn: &mut PgConnection, viewer: &Viewer, id: TaskId) -> DbResult<Option<Task>> {
    let query = tasks::table.find(id).select(Task::as_select());
    let row: Option<Task> = query.for_update().first(conn).optional()?;
    Ok(row.filter(|task| viewer.reaches(Some(task.assignee_id))))
}

pub fn insert(conn: &mut PgConnection, task: &Task) -> DbResult<()> {
    diesel::insert_into(tasks::table)
        .values(task)
        .execute(conn)?;
    Ok(())
}

pub fn save(conn: &mut PgConnection, task: &Task) -> DbResult<()> {
    diesel::update(task).set(task).execute(conn)?;
    Ok(())
}

/// The open task about a record that is due first, whoever does it.
pub fn earliest(conn: &mut PgConnection, kind: RecordKind, id: Uuid) -> DbResult<Option<Task>> {
    let row = tasks::table
        .filter(tasks::record_kind.eq(kind))
        .filter(tasks::record_id.eq(id))
        .filter(tasks::status.eq(TaskStatus::Open))
        .order((tasks::due_at, tasks::id))
        .select(Task::as_select())
        .first(conn)
        .optional()?;
    Ok(row)
}

/// Holds the open tasks about a record, whoever does them.
pub fn lock_open(conn: &mut PgConnection, kind: RecordKind, id: Uuid) -> DbResult<Vec<Task>> {
    Ok(tasks::table
        .filter(tasks::record_kind.eq(kind))
        .filter(tasks::record_id.eq(id))
        .filter(tasks::status.eq(TaskStatus::Open))
        .order(tasks::id)
        .select(Task::as_select())
        .for_update()
        .load(conn)?)
}
