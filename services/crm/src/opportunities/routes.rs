use actix_web::HttpResponse;
use actix_web::web::{Data, Json, ServiceConfig, delete, get, patch, post, resource};
use chrono::NaiveDate;
use diesel::PgConnection;
use nexus_auth::Can;
use nexus_auth::can::{ReadClients, ReadOpportunities, WriteOpportunities};
use nexus_db::DbResult;
use nexus_kernel::{Cursor, Page};
use nexus_problem::{ApiResult, Body, Id, IfMatch, Problem, Query, from_json, new_record};
use nexus_service::{Answer, App, OnceKey, page_limit, read_cursor, tagged};
use serde::Deserialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::commands::{self, Start};
use super::error::OpportunityError;
use super::history::{self, StageMoveView};
use super::model::{Opportunity, OpportunityFields};
use super::queries::{self, Filter, NO_CLOSE, Order};
use super::views::{OpportunityRow, OpportunityView, rows};
use crate::clients::queries::{plan_for_these_words, words};
use crate::pipelines::lost_reasons::LostReasonId;
use crate::pipelines::model::{Outcome, StageId};
use nexus_records::Act;
use nexus_records::Viewer;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        resource("/api/v1/opportunities")
            .route(get().to(list))
            .route(post().to(create)),
    )
    .service(
        resource("/api/v1/opportunities/{id}")
            .route(get().to(show))
            .route(patch().to(change))
            .route(delete().to(archive)),
    )
    .service(resource("/api/v1/opportunities/{id}/restore").route(post().to(restore)))
    .service(resource("/api/v1/opportunities/{id}/move").route(post().to(move_to_stage)))
    .service(resource("/api/v1/opportunities/{id}/win").route(post().to(win)))
    .service(resource("/api/v1/opportunities/{id}/lose").route(post().to(lose)))
    .service(resource("/api/v1/opportunities/{id}/reopen").route(post().to(reopen)))
    .service(resource("/api/v1/opportunities/{id}/history").route(get().to(show_history)));
}

/// Which opportunities.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Words found in the deal's or the client's name.
    q: Option<String>,
    client_id: Option<Uuid>,
    owner_id: Option<Uuid>,
    pipeline_id: Option<Uuid>,
    stage_id: Option<Uuid>,
    status: Option<Outcome>,
    /// `true`: only those that have stayed in their stage too long.
    #[serde(default)]
    stale: bool,
    /// `true`: only those for which no next step is planned.
    #[serde(default)]
    no_next_step: bool,
    /// `true`: those put away, instead of the others.
    #[serde(default)]
    archived: bool,
    #[serde(default)]
    #[param(inline)]
    sort: Sort,
    limit: Option<u32>,
    cursor: Option<String>,
    /// `true`: also say how many there are in all.
    #[serde(default)]
    count: bool,
}

/// The order of a list; `-` is descending. Deals without an expected close come last.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[schema(as = OpportunitySort)]
enum Sort {
    #[default]
    #[serde(rename = "-updated_at")]
    UpdatedDown,
    #[serde(rename = "updated_at")]
    Updated,
    #[serde(rename = "expected_close_on")]
    Close,
    #[serde(rename = "-expected_close_on")]
    CloseDown,
    #[serde(rename = "amount_cents")]
    Amount,
    #[serde(rename = "-amount_cents")]
    AmountDown,
    #[serde(rename = "name")]
    Name,
    #[serde(rename = "-name")]
    NameDown,
}

impl ListQuery {
    fn filter(&self) -> Filter {
        Filter {
            words: self.q.as_deref().map(words).unwrap_or_default(),
            client_id: self.client_id,
            owner_id: self.owner_id,
            pipeline_id: self.pipeline_id,
            stage_id: self.stage_id,
            status: self.status,
            stale: self.stale,
            no_next_step: self.no_next_step,
            archived: self.archived,
        }
    }

    fn order(&self) -> Result<Order, Problem> {
        let cursor = self.cursor.as_deref();
        Ok(match self.sort {
            Sort::UpdatedDown => Order::Updated {
                descending: true,
                after: read_cursor(cursor)?,
            },
            Sort::Updated => Order::Updated {
                descending: false,
                after: read_cursor(cursor)?,
            },
            Sort::Close => Order::Close {
                descending: false,
                after: read_cursor(cursor)?,
            },
            Sort::CloseDown => Order::Close {
                descending: true,
                after: read_cursor(cursor)?,
            },
            Sort::Amount => Order::Amount {
                descending: false,
                after: read_cursor(cursor)?,
            },
            Sort::AmountDown => Order::Amount {
                descending: true,
                after: read_cursor(cursor)?,
            },
            Sort::Name => Order::Name {
                descending: false,
                after: read_cursor(cursor)?,
            },
            Sort::NameDown => Order::Name {
                descending: true,
                after: read_cursor(cursor)?,
            },
        })
    }

    /// The cursor that goes on after a row.
    fn cursor_after(&self, last: &Opportunity) -> String {
        let (id, fields) = (last.id, &last.fields);
        match self.sort {
            Sort::UpdatedDown | Sort::Updated => Cursor((last.updated_at, id)).encode(),
            Sort::Amount | Sort::AmountDown => Cursor((fields.amount_cents, id)).encode(),
            Sort::Name | Sort::NameDown => Cursor((&fields.name, id)).encode(),
            Sort::Close | Sort::CloseDown => match fields.expected_close_on {
                Some(day) => Cursor((day, id)).encode(),
                None => Cursor((NO_CLOSE, id)).encode(),
            },
        }
    }
}

/// Opportunities, filtered, searched, sorted.
#[utoipa::path(get, path = "/api/v1/opportunities", operation_id = "opportunities_list", tag = "opportunities",
    params(ListQuery), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Page<OpportunityRow>), (status = 403, description = "None of your roles allows it")))]
async fn list(
    app: Data<App>,
    who: Can<ReadOpportunities>,
    Query(query): Query<ListQuery>,
) -> ApiResult<Json<Page<OpportunityRow>>> {
    let (limit, order, now) = (page_limit(query.limit)?, query.order()?, app.now());
    let page = app
        .db
        .transaction(move |conn| -> DbResult<Page<OpportunityRow>> {
            let viewer = Viewer::of(conn, &who)?;
            if query.q.is_some() {
                plan_for_these_words(conn)?;
            }
            let found = queries::page(conn, &viewer, query.filter(), order, limit)?;
            let total = match query.count {
                true => Some(queries::count(conn, &viewer, query.filter())?),
                false => None,
            };
            let mut page = Page::cut_with(found, limit, |last| query.cursor_after(last));
            page.total = total;
            let found = std::mem::take(&mut page.items);
            Ok(page.with_items(rows(conn, found, now)?))
        })
        .await?;
    Ok(Json(page))
}

/// A new opportunity's fields, its id if the caller chooses it, and where it starts.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; its parts are read one by one"
)]
pub struct NewOpportunity {
    id: Option<Uuid>,
    /// The default pipeline when not given.
    pipeline_id: Option<Uuid>,
    /// The pipeline's first stage when not given.
    stage_id: Option<Uuid>,
    #[serde(flatten)]
    fields: OpportunityFields,
}

/// A new opportunity in an open stage.
#[utoipa::path(post, path = "/api/v1/opportunities", operation_id = "opportunities_create", tag = "opportunities",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = NewOpportunity, security(("bearer" = [])),
    responses((status = 201, description = "Done", body = OpportunityView), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn create(
    app: Data<App>,
    who: Can<WriteOpportunities>,
    once: OnceKey,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let mut value = body.value;
    let start = Start {
        pipeline_id: take(&mut value, "pipeline_id")
            .map_err(|problem| problem.below("/pipeline_id"))?,
        stage_id: take(&mut value, "stage_id").map_err(|problem| problem.below("/stage_id"))?,
    };
    let (id, fields) = new_record::<Opportunity, OpportunityFields>(value)?;
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let clients = Viewer::with::<ReadClients>(conn, &who)?;
        let opportunity = commands::create(conn, &act, clients.as_ref(), id, start, fields)?;
        let view = OpportunityView::of(conn, opportunity, now)?;
        Ok(Answer::created(
            format!("/api/v1/opportunities/{id}"),
            1,
            &view,
        )?)
    })
    .await
}

fn take<T: serde::de::DeserializeOwned>(
    body: &mut Value,
    field: &str,
) -> Result<Option<T>, Problem> {
    match body.as_object_mut().and_then(|fields| fields.remove(field)) {
        Some(value) => from_json(value),
        None => Ok(None),
    }
}

/// One opportunity.
#[utoipa::path(get, path = "/api/v1/opportunities/{id}", operation_id = "opportunities_get", tag = "opportunities",
    params(("id" = Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = OpportunityView), (status = 403, description = "None of your roles allows it")))]
async fn show(
    app: Data<App>,
    who: Can<ReadOpportunities>,
    Id(id): Id<Opportunity>,
) -> ApiResult<HttpResponse> {
    let now = app.now();
    let view = app
        .db
        .read(move |conn| {
            let viewer = Viewer::of(conn, &who)?;
            let found = queries::find(conn, &viewer, id)?.ok_or(OpportunityError::NotFound(id))?;
            Ok::<_, OpportunityError>(OpportunityView::of(conn, found, now)?)
        })
        .await?;
    Ok(tagged(view.opportunity.version, &view)?)
}

/// The stages it was in, oldest first, and how long in each.
#[utoipa::path(get, path = "/api/v1/opportunities/{id}/history", operation_id = "opportunities_history", tag = "opportunities",
    params(("id" = Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Page<StageMoveView>), (status = 403, description = "None of your roles allows it")))]
async fn show_history(
    app: Data<App>,
    who: Can<ReadOpportunities>,
    Id(id): Id<Opportunity>,
) -> ApiResult<Json<Page<StageMoveView>>> {
    let moves = app
        .db
        .read(move |conn| {
            let viewer = Viewer::of(conn, &who)?;
            queries::find(conn, &viewer, id)?.ok_or(OpportunityError::NotFound(id))?;
            Ok::<_, OpportunityError>(history::of(conn, id)?)
        })
        .await?;
    Ok(Json(Page::whole(moves)))
}

/// Changes some fields of an opportunity (JSON merge patch); not where it stands.
#[utoipa::path(patch, path = "/api/v1/opportunities/{id}", operation_id = "opportunities_change", tag = "opportunities",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    request_body = OpportunityFields, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = OpportunityView), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn change(
    app: Data<App>,
    who: Can<WriteOpportunities>,
    Id(id): Id<Opportunity>,
    if_match: IfMatch,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (if_match, now) = (if_match.required()?, app.now());
    app.write(move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let clients = Viewer::with::<ReadClients>(conn, &who)?;
        let changed = commands::change(conn, &act, clients.as_ref(), id, &if_match, &body.value)?;
        shown(conn, changed, &act)
    })
    .await
}

fn shown(conn: &mut PgConnection, opportunity: Opportunity, act: &Act) -> ApiResult<Answer> {
    let version = opportunity.version;
    Ok(Answer::record(
        version,
        &OpportunityView::of(conn, opportunity, act.now)?,
    )?)
}

/// Puts an opportunity away; `restore` takes it out again.
#[utoipa::path(delete, path = "/api/v1/opportunities/{id}", operation_id = "opportunities_archive", tag = "opportunities",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")), security(("bearer" = [])),
    responses((status = 204, description = "Done"), (status = 403, description = "None of your roles allows it")))]
async fn archive(
    app: Data<App>,
    who: Can<WriteOpportunities>,
    Id(id): Id<Opportunity>,
    if_match: IfMatch,
) -> ApiResult<HttpResponse> {
    let (if_match, now) = (if_match.required()?, app.now());
    app.write(move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        commands::archive(conn, &act, id, &if_match)?;
        Ok(Answer::nothing())
    })
    .await
}

/// Where to move it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StageMoveBody {
    /// An open stage of its pipeline.
    #[schema(value_type = Uuid)]
    stage_id: StageId,
}

/// When it was won.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WinBody {
    /// Today when not given.
    closed_on: Option<NaiveDate>,
}

/// Why and when it was lost.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LoseBody {
    #[schema(value_type = Uuid)]
    lost_reason_id: LostReasonId,
    note: Option<String>,
    /// Today when not given.
    closed_on: Option<NaiveDate>,
}

/// Where it goes on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReopenBody {
    /// The first stage when not given.
    #[schema(value_type = Option<Uuid>)]
    stage_id: Option<StageId>,
}

/// Moves it along its own pipeline.
#[utoipa::path(post, path = "/api/v1/opportunities/{id}/move", operation_id = "opportunities_move", tag = "opportunities",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = StageMoveBody, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = OpportunityView), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn move_to_stage(
    app: Data<App>,
    who: Can<WriteOpportunities>,
    once: OnceKey,
    Id(id): Id<Opportunity>,
    if_match: IfMatch,
    body: Body<StageMoveBody>,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let changed = commands::move_to_stage(conn, &act, id, &if_match, body.value.stage_id)?;
        shown(conn, changed, &act)
    })
    .await
}

/// Wins it.
#[utoipa::path(post, path = "/api/v1/opportunities/{id}/win", operation_id = "opportunities_win", tag = "opportunities",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = WinBody, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = OpportunityView), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn win(
    app: Data<App>,
    who: Can<WriteOpportunities>,
    once: OnceKey,
    Id(id): Id<Opportunity>,
    if_match: IfMatch,
    body: Body<WinBody>,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let changed = commands::win(conn, &act, id, &if_match, body.value.closed_on)?;
        shown(conn, changed, &act)
    })
    .await
}

/// Loses it, for a reason.
#[utoipa::path(post, path = "/api/v1/opportunities/{id}/lose", operation_id = "opportunities_lose", tag = "opportunities",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = LoseBody, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = OpportunityView), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn lose(
    app: Data<App>,
    who: Can<WriteOpportunities>,
    once: OnceKey,
    Id(id): Id<Opportunity>,
    if_match: IfMatch,
    body: Body<LoseBody>,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let lost = body.value;
        let changed = commands::lose(
            conn,
            &act,
            id,
            &if_match,
            lost.lost_reason_id,
            lost.note.as_deref(),
            lost.closed_on,
        )?;
        shown(conn, changed, &act)
    })
    .await
}

/// Opens a closed one again.
#[utoipa::path(post, path = "/api/v1/opportunities/{id}/reopen", operation_id = "opportunities_reopen", tag = "opportunities",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = ReopenBody, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = OpportunityView), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn reopen(
    app: Data<App>,
    who: Can<WriteOpportunities>,
    once: OnceKey,
    Id(id): Id<Opportunity>,
    if_match: IfMatch,
    body: Body<ReopenBody>,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let changed = commands::reopen(conn, &act, id, &if_match, body.value.stage_id)?;
        shown(conn, changed, &act)
    })
    .await
}

/// Takes it out of the archive.
#[utoipa::path(post, path = "/api/v1/opportunities/{id}/restore", operation_id = "opportunities_restore", tag = "opportunities",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = OpportunityView), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn restore(
    app: Data<App>,
    who: Can<WriteOpportunities>,
    once: OnceKey,
    Id(id): Id<Opportunity>,
    if_match: IfMatch,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, [0; 32], move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let changed = commands::restore(conn, &act, id, &if_match)?;
        shown(conn, changed, &act)
    })
    .await
}
