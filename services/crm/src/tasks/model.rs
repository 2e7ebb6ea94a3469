use chrono::{DateTime, Utc};
use diesel::prelude::*;
use nexus_kernel::{ClientId, RecordId, UserId};
use nexus_problem::{FieldErrors, optional_text, required_text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::italy::holidays::add_working_hours;
use crate::schema::tasks;
use nexus_records::text_enum;

/// A task's id.
pub type TaskId = RecordId<Task>;

/// So many hours of working days behind its time, a task is not only overdue but late: the figure that managers see.
pub const LATE_AFTER_HOURS: i64 = 48;

text_enum! {
    /// Where a task stands.
    TaskStatus { Open = "open", Done = "done", Cancelled = "cancelled" }
}

text_enum! {
    /// How much it matters.
    TaskPriority { Low = "low", Normal = "normal", High = "high" }
}

text_enum! {
    /// What a task is about.
    RecordKind {
        Client = "client", Lead = "lead", Opportunity = "opportunity", Contact = "contact", Site = "site",
    }
}

/// What may be written of a task. A patch names some of these; `null` clears.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    ToSchema,
    Queryable,
    Selectable,
    Insertable,
    AsChangeset,
)]
#[diesel(table_name = tasks, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
#[serde(deny_unknown_fields)]
pub struct TaskFields {
    #[schema(example = "Richiamare per il preventivo")]
    pub title: String,
    #[serde(default)]
    pub notes: Option<String>,
    #[serde(default = "normal")]
    pub priority: TaskPriority,
    pub due_at: DateTime<Utc>,
    /// What it is about; both or neither.
    #[serde(default)]
    pub record_kind: Option<RecordKind>,
    #[serde(default)]
    pub record_id: Option<Uuid>,
}

const fn normal() -> TaskPriority {
    TaskPriority::Normal
}

/// A task's row.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    Serialize,
    ToSchema,
    Queryable,
    Selectable,
    Insertable,
    AsChangeset,
    Identifiable,
)]
#[diesel(table_name = tasks, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
pub struct Task {
    #[schema(value_type = Uuid)]
    pub id: TaskId,
    pub version: i64,
    pub status: TaskStatus,
    #[serde(flatten)]
    #[diesel(embed)]
    pub fields: TaskFields,
    /// 48 hours of working days behind `due_at`.
    pub late_at: DateTime<Utc>,
    /// Who does it.
    #[schema(value_type = Uuid)]
    pub assignee_id: UserId,
    /// The client that its record belongs to.
    #[schema(value_type = Option<Uuid>)]
    pub client_id: Option<ClientId>,
    /// What came of it.
    pub outcome: Option<String>,
    pub closed_at: Option<DateTime<Utc>>,
    #[schema(value_type = Option<Uuid>)]
    pub closed_by: Option<UserId>,
    #[schema(value_type = Uuid)]
    pub created_by: UserId,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// Why a task does not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It is done or cancelled.
    Closed,
    /// It is open.
    Open,
}

impl TaskFields {
    /// Brings every field to its stored form and checks it.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn review(mut self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        self.title = required_text(&mut errors, "/title", &self.title, 200);
        self.notes = optional_text(&mut errors, "/notes", self.notes.as_deref(), 5_000);
        if self.record_kind.is_some() != self.record_id.is_some() {
            errors.add(
                "/record_id",
                "record_id.pair",
                "Give record_kind and record_id, or neither.",
            );
        }
        errors.or(self)
    }
}

impl Task {
    /// A new task of these (reviewed) fields.
    #[must_use]
    pub fn new(
        id: TaskId,
        fields: TaskFields,
        assignee: UserId,
        client: Option<ClientId>,
        by: UserId,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            id,
            version: 1,
            status: TaskStatus::Open,
            late_at: add_working_hours(fields.due_at, LATE_AFTER_HOURS),
            fields,
            assignee_id: assignee,
            client_id: client,
            outcome: None,
            closed_at: None,
            closed_by: None,
            created_by: by,
            created_at: now,
            updated_at: now,
        }
    }

    /// The task with other (reviewed) fields; a closed one stays as it is.
    ///
    /// # Errors
    /// Why not.
    pub fn with(
        &self,
        fields: TaskFields,
        assignee: UserId,
        client: Option<ClientId>,
        now: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        if self.status != TaskStatus::Open {
            return Err(Refusal::Closed);
        }
        Ok(Self {
            version: self.version + 1,
            late_at: add_working_hours(fields.due_at, LATE_AFTER_HOURS),
            fields,
            assignee_id: assignee,
            client_id: client,
            updated_at: now,
            ..self.clone()
        })
    }

    /// Done or cancelled.
    ///
    /// # Errors
    /// Why not.
    pub fn closed(
        &self,
        status: TaskStatus,
        outcome: Option<String>,
        by: UserId,
        now: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        if self.status != TaskStatus::Open {
            return Err(Refusal::Closed);
        }
        Ok(Self {
            version: self.version + 1,
            status,
            outcome,
            closed_at: Some(now),
            closed_by: Some(by),
            updated_at: now,
            ..self.clone()
        })
    }

    /// To be done after all.
    ///
    /// # Errors
    /// Why not.
    pub fn reopened(&self, now: DateTime<Utc>) -> Result<Self, Refusal> {
        if self.status == TaskStatus::Open {
            return Err(Refusal::Open);
        }
        Ok(Self {
            version: self.version + 1,
            status: TaskStatus::Open,
            outcome: None,
            closed_at: None,
            closed_by: None,
            updated_at: now,
            ..self.clone()
        })
    }

    /// Its time has passed.
    #[must_use]
    pub fn is_overdue(&self, now: DateTime<Utc>) -> bool {
        self.status == TaskStatus::Open && self.fields.due_at < now
    }

    /// Its time passed 48 hours of working days ago.
    #[must_use]
    pub fn is_late(&self, now: DateTime<Utc>) -> bool {
        self.status == TaskStatus::Open && self.late_at < now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn task(due: &str) -> Task {
        let fields = TaskFields {
            title: "Richiamare".to_owned(),
            notes: None,
            priority: TaskPriority::Normal,
            due_at: at(due),
            record_kind: None,
            record_id: None,
        };
        Task::new(
            TaskId::new(),
            fields,
            UserId::new(),
            None,
            UserId::new(),
            at("2026-11-01T08:00:00Z"),
        )
    }

    #[test]
    fn overdue_at_once_and_late_after_two_working_days() {
        // Due on a Friday.
        let task = task("2026-11-20T09:00:00Z");
        for (now, overdue, late) in [
            ("2026-11-20T08:59:00Z", false, false),
            ("2026-11-20T09:01:00Z", true, false),
            ("2026-11-23T09:01:00Z", true, false),
            ("2026-11-24T09:01:00Z", true, true),
        ] {
            assert_eq!(
                (task.is_overdue(at(now)), task.is_late(at(now))),
                (overdue, late),
                "{now}"
            );
        }
        let done = task
            .closed(
                TaskStatus::Done,
                None,
                UserId::new(),
                at("2026-11-25T09:00:00Z"),
            )
            .unwrap();
        assert!(!done.is_overdue(at("2026-11-25T09:01:00Z")));
    }

    #[test]
    fn a_closed_task_only_reopens() {
        let now = at("2026-11-20T08:00:00Z");
        let task = task("2026-11-20T09:00:00Z");
        assert_eq!(task.reopened(now), Err(Refusal::Open));
        let gone = task
            .closed(TaskStatus::Cancelled, None, UserId::new(), now)
            .unwrap();
        assert_eq!(
            gone.closed(TaskStatus::Done, None, UserId::new(), now),
            Err(Refusal::Closed)
        );
        assert_eq!(
            gone.with(task.fields.clone(), task.assignee_id, None, now),
            Err(Refusal::Closed)
        );
        let again = gone.reopened(now).unwrap();
        assert_eq!(
            (again.status, again.closed_at, again.version),
            (TaskStatus::Open, None, 3)
        );
    }
}
