//! How tasks are shown: with the names that their ids stand for, and how late they are.

use chrono::{DateTime, Utc};
use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_kernel::UserId;
use serde::Serialize;
use utoipa::ToSchema;

use super::links;
use super::model::Task;
use nexus_records::users;

/// A task as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TaskView {
    #[serde(flatten)]
    pub task: Task,
    assignee_name: Option<String>,
    /// Of what it is about.
    record_name: Option<String>,
    client_name: Option<String>,
    /// Its time has passed.
    overdue: bool,
    /// Its time passed 48 hours of working days ago.
    late: bool,
}

impl TaskView {
    /// The view of a task.
    ///
    /// # Errors
    /// The database's.
    pub fn of(conn: &mut PgConnection, task: Task, now: DateTime<Utc>) -> DbResult<Self> {
        let mut names = Names::of(conn, std::slice::from_ref(&task))?;
        Ok(names.view(task, now))
    }
}

/// Views of these tasks, their names looked up together.
pub fn views(
    conn: &mut PgConnection,
    tasks: Vec<Task>,
    now: DateTime<Utc>,
) -> DbResult<Vec<TaskView>> {
    let mut names = Names::of(conn, &tasks)?;
    Ok(tasks
        .into_iter()
        .map(|task| names.view(task, now))
        .collect())
}

struct Names {
    records: std::collections::HashMap<uuid::Uuid, String>,
    people: std::collections::HashMap<UserId, String>,
}

impl Names {
    fn of(conn: &mut PgConnection, tasks: &[Task]) -> DbResult<Self> {
        let people: Vec<UserId> = tasks.iter().map(|task| task.assignee_id).collect();
        Ok(Self {
            records: links::names(conn, tasks)?,
            people: users::queries::names(conn, &people)?,
        })
    }

    fn view(&mut self, task: Task, now: DateTime<Utc>) -> TaskView {
        let record = |id: uuid::Uuid| self.records.get(&id).cloned();
        TaskView {
            assignee_name: self.people.get(&task.assignee_id).cloned(),
            record_name: task.fields.record_id.and_then(record),
            client_name: task.client_id.and_then(|client| record(client.uuid())),
            overdue: task.is_overdue(now),
            late: task.is_late(now),
            task,
        }
    }
}
