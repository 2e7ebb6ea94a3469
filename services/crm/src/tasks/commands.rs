//! One function per thing a user can make happen: lock, decide, save, announce.

use diesel::PgConnection;
use nexus_auth::Principal;
use nexus_db::DbResult;
use nexus_kernel::{ClientId, RecordId, UserId, business_day};
use nexus_outbox::announce;
use nexus_problem::{FieldErrors, IfMatch, merged, optional_text};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::error::TaskError;
use super::links::{self, Link};
use super::model::{RecordKind, Task, TaskFields, TaskId, TaskStatus};
use super::queries;
use super::views::TaskView;
use crate::clients::commands::check_owner;
use crate::leads::model::LeadId;
use crate::opportunities::model::OpportunityId;
use crate::{interactions, opportunities};
use nexus_records::Act;

/// A task as a person writes it: its fields and who does it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    assignee_id: Option<UserId>,
    title: String,
    #[serde(default)]
    notes: Option<String>,
    #[serde(default)]
    priority: Option<super::model::TaskPriority>,
    due_at: chrono::DateTime<chrono::Utc>,
    #[serde(default)]
    record_kind: Option<RecordKind>,
    #[serde(default)]
    record_id: Option<uuid::Uuid>,
}

impl Written {
    fn of(task: &Task) -> Self {
        let fields = task.fields.clone();
        Self {
            assignee_id: Some(task.assignee_id),
            title: fields.title,
            notes: fields.notes,
            priority: Some(fields.priority),
            due_at: fields.due_at,
            record_kind: fields.record_kind,
            record_id: fields.record_id,
        }
    }

    fn fields(self) -> (Option<UserId>, TaskFields) {
        let fields = TaskFields {
            title: self.title,
            notes: self.notes,
            priority: self.priority.unwrap_or(super::model::TaskPriority::Normal),
            due_at: self.due_at,
            record_kind: self.record_kind,
            record_id: self.record_id,
        };
        (self.assignee_id, fields)
    }
}

/// `body` holds the fields and `assignee_id`, the writer when it is left out.
pub fn create(
    conn: &mut PgConnection,
    act: &Act,
    who: &Principal,
    id: TaskId,
    body: Value,
) -> Result<Task, TaskError> {
    let written: Written = nexus_problem::from_json(body).map_err(TaskError::Unfit)?;
    let (assignee, fields) = written.fields();
    let fields = fields.review()?;
    let assignee = assignee.unwrap_or(act.viewer.user_id);
    check_assignee(conn, act, assignee)?;
    let link = check_link(conn, who, &fields)?;
    let task = Task::new(
        id,
        fields,
        assignee,
        link.client_id,
        act.viewer.user_id,
        act.now,
    );

    queries::insert(conn, &task)
        .map_err(|error| error.on_constraint("tasks_pkey", || TaskError::IdTaken))?;
    announce(
        conn,
        &act.fact("crm.task.created.v1", id.uuid(), 1, None, &task),
    )?;
    follow(conn, act, &task, None)?;
    Ok(task)
}

pub fn change(
    conn: &mut PgConnection,
    act: &Act,
    who: &Principal,
    id: TaskId,
    if_match: &IfMatch,
    patch: &Value,
) -> Result<Task, TaskError> {
    let before = lock(conn, act, id, if_match)?;
    let written: Written = merged(&Written::of(&before), patch).map_err(TaskError::Unfit)?;
    let (assignee, fields) = written.fields();
    let fields = fields.review()?;
    let assignee = assignee.unwrap_or(act.viewer.user_id);
    if (assignee, &fields) == (before.assignee_id, &before.fields) {
        return Ok(before);
    }
    if assignee != before.assignee_id {
        check_assignee(conn, act, assignee)?;
    }
    let same = (fields.record_kind, fields.record_id)
        == (before.fields.record_kind, before.fields.record_id);
    let client = if same {
        before.client_id
    } else {
        check_link(conn, who, &fields)?.client_id
    };
    let after = before.with(fields, assignee, client, act.now)?;

    save(conn, act, "crm.task.changed.v1", &before, &after)?;
    if !same {
        follow(conn, act, &before, Some(&before.fields.title))?;
    }
    follow(conn, act, &after, Some(&before.fields.title))?;
    Ok(after)
}

/// Done, with what came of it: that goes onto the timeline.
pub fn finish(
    conn: &mut PgConnection,
    act: &Act,
    id: TaskId,
    if_match: &IfMatch,
    note: Option<&str>,
) -> Result<Task, TaskError> {
    let after = close(conn, act, id, if_match, TaskStatus::Done, note)?;
    let details =
        json!({"task_id": id, "due_at": after.fields.due_at, "assignee_id": after.assignee_id});
    if let Some(entry) = links::line(&after, details, act.now) {
        interactions::queries::insert(conn, std::slice::from_ref(&entry))?;
    }
    Ok(after)
}

pub fn cancel(
    conn: &mut PgConnection,
    act: &Act,
    id: TaskId,
    if_match: &IfMatch,
) -> Result<Task, TaskError> {
    close(conn, act, id, if_match, TaskStatus::Cancelled, None)
}

fn close(
    conn: &mut PgConnection,
    act: &Act,
    id: TaskId,
    if_match: &IfMatch,
    status: TaskStatus,
    note: Option<&str>,
) -> Result<Task, TaskError> {
    let before = lock(conn, act, id, if_match)?;
    let mut errors = FieldErrors::default();
    let note = optional_text(&mut errors, "/note", note, 5_000);
    errors.or(())?;
    let after = before.closed(status, note, act.viewer.user_id, act.now)?;
    let fact = if status == TaskStatus::Done {
        "crm.task.done.v1"
    } else {
        "crm.task.cancelled.v1"
    };
    save(conn, act, fact, &before, &after)?;
    follow(conn, act, &after, Some(&after.fields.title))?;
    Ok(after)
}

pub fn reopen(
    conn: &mut PgConnection,
    act: &Act,
    id: TaskId,
    if_match: &IfMatch,
) -> Result<Task, TaskError> {
    let before = lock(conn, act, id, if_match)?;
    let after = before.reopened(act.now)?;
    save(conn, act, "crm.task.reopened.v1", &before, &after)?;
    follow(conn, act, &after, None)?;
    Ok(after)
}

/// What was still to do about a lead is to do about the deal, or the client, that it became.
pub fn follow_lead(
    conn: &mut PgConnection,
    act: &Act,
    lead: LeadId,
    client: ClientId,
    deal: Option<OpportunityId>,
) -> DbResult<()> {
    let (kind, id) = match deal {
        Some(deal) => (RecordKind::Opportunity, deal.uuid()),
        None => (RecordKind::Client, client.uuid()),
    };
    for before in queries::lock_open(conn, RecordKind::Lead, lead.uuid())? {
        let mut after = before.clone();
        (after.fields.record_kind, after.fields.record_id) = (Some(kind), Some(id));
        after.client_id = Some(client);
        after.version += 1;
        after.updated_at = act.now;
        queries::save(conn, &after)?;
        let fact = act.fact(
            "crm.task.changed.v1",
            after.id.uuid(),
            after.version,
            Some(&before),
            &after,
        );
        announce(conn, &fact)?;
        follow(conn, act, &after, None)?;
    }
    Ok(())
}

fn lock(
    conn: &mut PgConnection,
    act: &Act,
    id: TaskId,
    if_match: &IfMatch,
) -> Result<Task, TaskError> {
    let task = queries::lock(conn, &act.viewer, id)?.ok_or(TaskError::NotFound(id))?;
    if if_match.allows(task.version) {
        return Ok(task);
    }
    let current = TaskView::of(conn, task, act.now)?;
    Err(TaskError::Stale(Box::new(current)))
}

fn save(
    conn: &mut PgConnection,
    act: &Act,
    fact: &'static str,
    before: &Task,
    after: &Task,
) -> DbResult<()> {
    queries::save(conn, after)?;
    announce(
        conn,
        &act.fact(fact, after.id.uuid(), after.version, Some(before), after),
    )
}

/// A deal's next step is its earliest open task.
fn follow(conn: &mut PgConnection, act: &Act, task: &Task, ended: Option<&str>) -> DbResult<()> {
    let (Some(RecordKind::Opportunity), Some(id)) =
        (task.fields.record_kind, task.fields.record_id)
    else {
        return Ok(());
    };
    let earliest = queries::earliest(conn, RecordKind::Opportunity, id)?;
    let earliest = earliest.map(|task| (task.fields.title, business_day(task.fields.due_at)));
    opportunities::commands::follow_tasks(conn, act, RecordId::from_uuid(id), earliest, ended)
}

fn check_assignee(conn: &mut PgConnection, act: &Act, assignee: UserId) -> Result<(), TaskError> {
    let mut errors = FieldErrors::default();
    check_owner(conn, &act.viewer, Some(assignee), &mut errors)?;
    for error in &mut errors.0 {
        "/assignee_id".clone_into(&mut error.pointer);
        error.code = error.code.replace("owner_id", "assignee_id");
    }
    Ok(errors.or(())?)
}

fn check_link(
    conn: &mut PgConnection,
    who: &Principal,
    fields: &TaskFields,
) -> Result<Link, TaskError> {
    let (Some(kind), Some(id)) = (fields.record_kind, fields.record_id) else {
        return Ok(Link::default());
    };
    Ok(links::find(conn, who, kind, id)?.ok_or_else(|| {
        FieldErrors::one(
            "/record_id",
            "record_id.unknown",
            "There is no such record, or it is not yours to see.",
        )
    })?)
}
