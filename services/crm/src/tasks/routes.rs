use actix_web::HttpResponse;
use actix_web::web::{Data, Json, ServiceConfig, get, patch, post, resource};
use chrono::{DateTime, Days, Utc};
use diesel::PgConnection;
use nexus_auth::Can;
use nexus_auth::can::{ReadTasks, WriteTasks};
use nexus_db::DbResult;
use nexus_kernel::{Page, business_day, start_of_business_day};
use nexus_problem::{ApiResult, Body, FieldErrors, Id, IfMatch, Problem, Query, new_record};
use nexus_service::{Answer, App, OnceKey, page_limit, read_cursor, tagged};
use serde::Deserialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::commands;
use super::day::{self, TaskDay};
use super::error::TaskError;
use super::model::{RecordKind, Task, TaskFields, TaskStatus};
use super::queries::{self, Filter};
use super::views::{TaskView, views};
use nexus_records::Act;
use nexus_records::Viewer;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        resource("/api/v1/tasks")
            .route(get().to(list))
            .route(post().to(create)),
    )
    .service(resource("/api/v1/tasks/day").route(get().to(show_day)))
    .service(
        resource("/api/v1/tasks/{id}")
            .route(get().to(show))
            .route(patch().to(change)),
    )
    .service(resource("/api/v1/tasks/{id}/done").route(post().to(finish)))
    .service(resource("/api/v1/tasks/{id}/cancel").route(post().to(cancel)))
    .service(resource("/api/v1/tasks/{id}/reopen").route(post().to(reopen)));
}

/// Which tasks.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Who does them; everybody whom the caller reaches when not given.
    assignee_id: Option<Uuid>,
    status: Option<TaskStatus>,
    #[param(inline)]
    due: Option<Due>,
    /// What they are about; with `record_id`.
    record_kind: Option<RecordKind>,
    record_id: Option<Uuid>,
    /// Those about a client, its people, shops, deals and former leads.
    client_id: Option<Uuid>,
    /// By when they are due; `-due_at` is the other way round.
    #[serde(default)]
    #[param(inline)]
    sort: Sort,
    limit: Option<u32>,
    cursor: Option<String>,
    /// `true`: also say how many there are in all.
    #[serde(default)]
    count: bool,
}

/// By when: its time has passed; that was 48 hours of working days ago; today; within seven days, what has passed included.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Due {
    Overdue,
    Late,
    Today,
    Week,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[schema(as = TaskSort)]
enum Sort {
    #[default]
    #[serde(rename = "due_at")]
    Due,
    #[serde(rename = "-due_at")]
    DueDown,
}

impl ListQuery {
    fn filter(&self, now: DateTime<Utc>) -> Result<Filter, Problem> {
        if self.record_kind.is_some() != self.record_id.is_some() {
            let detail = "Give record_kind and record_id, or neither.";
            return Err(FieldErrors::one("record_id", "record_id.pair", detail).into());
        }
        let today = business_day(now);
        let in_days = |days| {
            today
                .checked_add_days(Days::new(days))
                .map(start_of_business_day)
        };
        let mut filter = Filter {
            assignee_id: self.assignee_id,
            status: self.status,
            record: self.record_kind.zip(self.record_id),
            client_id: self.client_id,
            ..Filter::default()
        };
        match self.due {
            Some(Due::Overdue) => filter.due_before = Some(now),
            Some(Due::Late) => filter.late_at = Some(now),
            Some(Due::Today) => (filter.due_from, filter.due_before) = (in_days(0), in_days(1)),
            Some(Due::Week) => filter.due_before = in_days(8),
            None => {}
        }
        if matches!(self.due, Some(Due::Overdue | Due::Late)) {
            filter.status = Some(TaskStatus::Open);
        }
        Ok(filter)
    }
}

/// Tasks, filtered, by when they are due.
#[utoipa::path(get, path = "/api/v1/tasks", operation_id = "tasks_list", tag = "tasks",
    params(ListQuery), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Page<TaskView>), (status = 403, description = "None of your roles allows it")))]
async fn list(
    app: Data<App>,
    who: Can<ReadTasks>,
    Query(query): Query<ListQuery>,
) -> ApiResult<Json<Page<TaskView>>> {
    let (limit, now) = (page_limit(query.limit)?, app.now());
    let (filter, after) = (query.filter(now)?, read_cursor(query.cursor.as_deref())?);
    let descending = query.sort == Sort::DueDown;
    let page = app
        .db
        .read(move |conn| -> DbResult<Page<TaskView>> {
            let viewer = Viewer::of(conn, &who)?;
            let found = queries::page(conn, &viewer, &filter, descending, after, limit)?;
            let total = match query.count {
                true => Some(queries::count(conn, &viewer, &filter)?),
                false => None,
            };
            let mut page = Page::cut(found, limit, |last| (last.fields.due_at, last.id));
            page.total = total;
            let found = std::mem::take(&mut page.items);
            Ok(page.with_items(views(conn, found, now)?))
        })
        .await?;
    Ok(Json(page))
}

/// Whose day.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DayQuery {
    /// The caller when not given.
    assignee_id: Option<Uuid>,
}

/// My day: what has waited too long, what is for today, what comes tomorrow.
#[utoipa::path(get, path = "/api/v1/tasks/day", operation_id = "tasks_day", tag = "tasks",
    params(DayQuery), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = TaskDay), (status = 403, description = "None of your roles allows it")))]
async fn show_day(
    app: Data<App>,
    who: Can<ReadTasks>,
    Query(query): Query<DayQuery>,
) -> ApiResult<Json<TaskDay>> {
    let now = app.now();
    let day = app
        .db
        .read(move |conn| -> DbResult<TaskDay> {
            let viewer = Viewer::of(conn, &who)?;
            let assignee = query.assignee_id.unwrap_or(who.user_id.uuid());
            day::read(conn, &viewer, assignee, now)
        })
        .await?;
    Ok(Json(day))
}

/// A new task's fields, its id if the caller chooses it, and who does it.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; its parts are read one by one"
)]
pub struct NewTask {
    id: Option<Uuid>,
    /// The caller when not given.
    assignee_id: Option<Uuid>,
    #[serde(flatten)]
    fields: TaskFields,
}

/// The fields of a task that change.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; its parts are read one by one"
)]
pub struct TaskPatch {
    title: Option<String>,
    notes: Option<String>,
    priority: Option<super::model::TaskPriority>,
    due_at: Option<DateTime<Utc>>,
    record_kind: Option<RecordKind>,
    record_id: Option<Uuid>,
    assignee_id: Option<Uuid>,
}

/// A new task.
#[utoipa::path(post, path = "/api/v1/tasks", operation_id = "tasks_create", tag = "tasks",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = NewTask, security(("bearer" = [])),
    responses((status = 201, description = "Done", body = TaskView),
        (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn create(
    app: Data<App>,
    who: Can<WriteTasks>,
    once: OnceKey,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (id, fields) = new_record::<Task, Value>(body.value)?;
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let task = commands::create(conn, &act, &who, id, fields)?;
        let view = TaskView::of(conn, task, now)?;
        Ok(Answer::created(format!("/api/v1/tasks/{id}"), 1, &view)?)
    })
    .await
}

/// One task.
#[utoipa::path(get, path = "/api/v1/tasks/{id}", operation_id = "tasks_get", tag = "tasks",
    params(("id" = Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = TaskView), (status = 403, description = "None of your roles allows it")))]
async fn show(app: Data<App>, who: Can<ReadTasks>, Id(id): Id<Task>) -> ApiResult<HttpResponse> {
    let now = app.now();
    let view = app
        .db
        .read(move |conn| {
            let viewer = Viewer::of(conn, &who)?;
            let task = queries::find(conn, &viewer, id)?.ok_or(TaskError::NotFound(id))?;
            Ok::<_, TaskError>(TaskView::of(conn, task, now)?)
        })
        .await?;
    Ok(tagged(view.task.version, &view)?)
}

/// Changes some fields of an open task (JSON merge patch); another `due_at` puts it off.
#[utoipa::path(patch, path = "/api/v1/tasks/{id}", operation_id = "tasks_change", tag = "tasks",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    request_body = TaskPatch, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = TaskView),
        (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn change(
    app: Data<App>,
    who: Can<WriteTasks>,
    Id(id): Id<Task>,
    if_match: IfMatch,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (if_match, now) = (if_match.required()?, app.now());
    app.write(move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let task = commands::change(conn, &act, &who, id, &if_match, &body.value)?;
        shown(conn, task, &act)
    })
    .await
}

fn shown(conn: &mut PgConnection, task: Task, act: &Act) -> ApiResult<Answer> {
    let version = task.version;
    Ok(Answer::record(
        version,
        &TaskView::of(conn, task, act.now)?,
    )?)
}

/// What came of it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DoneBody {
    /// Goes onto the timeline of what the task was about.
    note: Option<String>,
}

/// Done; the note goes onto the timeline of what it was about.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/done", operation_id = "tasks_done", tag = "tasks",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = DoneBody, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = TaskView), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn finish(
    app: Data<App>,
    who: Can<WriteTasks>,
    once: OnceKey,
    Id(id): Id<Task>,
    if_match: IfMatch,
    body: Body<DoneBody>,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let task = commands::finish(conn, &act, id, &if_match, body.value.note.as_deref())?;
        shown(conn, task, &act)
    })
    .await
}

/// Not to be done any more.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/cancel", operation_id = "tasks_cancel", tag = "tasks",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    security(("bearer" = [])),
    responses((status = 200, description = "Done", body = TaskView), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn cancel(
    app: Data<App>,
    who: Can<WriteTasks>,
    once: OnceKey,
    Id(id): Id<Task>,
    if_match: IfMatch,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, [0; 32], move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let task = commands::cancel(conn, &act, id, &if_match)?;
        shown(conn, task, &act)
    })
    .await
}

/// To be done after all.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/reopen", operation_id = "tasks_reopen", tag = "tasks",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    security(("bearer" = [])),
    responses((status = 200, description = "Done", body = TaskView), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn reopen(
    app: Data<App>,
    who: Can<WriteTasks>,
    once: OnceKey,
    Id(id): Id<Task>,
    if_match: IfMatch,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, [0; 32], move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let task = commands::reopen(conn, &act, id, &if_match)?;
        shown(conn, task, &act)
    })
    .await
}
