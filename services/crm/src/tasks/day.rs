//! My day: what has waited too long, what is for today, what comes tomorrow.

use chrono::{DateTime, Utc};
use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_kernel::{business_day, start_of_business_day};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::TaskStatus;
use super::queries::{Filter, count, page};
use super::views::{TaskView, views};
use nexus_records::Viewer;

/// What somebody has to do, by when.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaskDay {
    /// The first 100 whose time has passed, the oldest first.
    overdue: Vec<TaskView>,
    /// What is still to come today.
    today: Vec<TaskView>,
    tomorrow: Vec<TaskView>,
    overdue_count: i64,
    /// Of those, the ones whose time passed 48 hours of working days ago.
    late_count: i64,
    today_count: i64,
    tomorrow_count: i64,
    /// What is due after tomorrow.
    later_count: i64,
}

const MOST: usize = 100;

/// Reads somebody's day.
///
/// # Errors
/// The database's.
pub fn read(
    conn: &mut PgConnection,
    viewer: &Viewer,
    assignee: Uuid,
    now: DateTime<Utc>,
) -> DbResult<TaskDay> {
    let today = business_day(now);
    let tomorrow = today.succ_opt().unwrap_or(today);
    let after = tomorrow.succ_opt().unwrap_or(tomorrow);
    let (tomorrow, after) = (
        start_of_business_day(tomorrow),
        start_of_business_day(after),
    );
    let open = Filter {
        assignee_id: Some(assignee),
        status: Some(TaskStatus::Open),
        ..Filter::default()
    };
    let span = |due_from, due_before| Filter {
        due_from,
        due_before,
        ..open.clone()
    };
    let mut part = |filter: &Filter| -> DbResult<(Vec<TaskView>, i64)> {
        let mut found = page(conn, viewer, filter, false, None, MOST)?;
        found.truncate(MOST);
        Ok((views(conn, found, now)?, count(conn, viewer, filter)?))
    };
    let (overdue, overdue_count) = part(&span(None, Some(now)))?;
    let (for_today, today_count) = part(&span(Some(now), Some(tomorrow)))?;
    let (for_tomorrow, tomorrow_count) = part(&span(Some(tomorrow), Some(after)))?;
    let late = Filter {
        late_at: Some(now),
        ..open.clone()
    };
    Ok(TaskDay {
        overdue,
        today: for_today,
        tomorrow: for_tomorrow,
        overdue_count,
        today_count,
        tomorrow_count,
        late_count: count(conn, viewer, &late)?,
        later_count: count(conn, viewer, &span(Some(after), None))?,
    })
}
