use actix_web::HttpResponse;
use actix_web::web::{Data, Json, ServiceConfig, delete, get, patch, post, resource};
use nexus_auth::can::{ManagePipelines, ReadOpportunities};
use nexus_auth::{Can, SignedIn};
use nexus_db::DbResult;
use nexus_kernel::Page;
use nexus_problem::{ApiResult, Body, Id, IfMatch, Query, new_record};
use nexus_service::{Answer, App, OnceKey, tagged};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::error::PipelineError;
use super::lost_reasons::{self, LostReason, LostReasonFields};
use super::model::{Pipeline, PipelineFields, PipelineRow};
use super::{commands, queries};
use crate::opportunities::board::{self, Board, BoardQuery};
use nexus_records::Act;
use nexus_records::Viewer;
use nexus_records::users;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        resource("/api/v1/pipelines")
            .route(get().to(list))
            .route(post().to(create)),
    )
    .service(
        resource("/api/v1/pipelines/{id}")
            .route(get().to(show))
            .route(patch().to(change))
            .route(delete().to(archive)),
    )
    .service(resource("/api/v1/pipelines/{id}/board").route(get().to(show_board)))
    .service(
        resource("/api/v1/lost-reasons")
            .route(get().to(list_reasons))
            .route(post().to(create_reason)),
    )
    .service(
        resource("/api/v1/lost-reasons/{id}")
            .route(patch().to(change_reason))
            .route(delete().to(archive_reason)),
    );
}

/// A new pipeline's fields, and its id if the caller chooses it.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; its parts are read one by one"
)]
pub struct NewPipeline {
    id: Option<Uuid>,
    #[serde(flatten)]
    fields: PipelineFields,
}

/// A new lost reason's fields, and its id if the caller chooses it.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; its parts are read one by one"
)]
pub struct NewLostReason {
    id: Option<Uuid>,
    #[serde(flatten)]
    fields: LostReasonFields,
}

/// The pipelines this user works with, the default one first.
#[utoipa::path(get, path = "/api/v1/pipelines", operation_id = "pipelines_list", tag = "pipelines", security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Page<Pipeline>)))]
async fn list(app: Data<App>, who: SignedIn) -> ApiResult<Json<Page<Pipeline>>> {
    let manages = who.scope_of("pipelines:manage").is_some();
    let user = who.user_id;
    let found = app
        .db
        .read(move |conn| -> DbResult<_> {
            if manages {
                return queries::all(conn, None);
            }
            let chain = users::queries::chain_above(conn, user)?;
            queries::all(conn, Some(&chain))
        })
        .await?;
    Ok(Json(Page::whole(found)))
}

/// One pipeline.
#[utoipa::path(get, path = "/api/v1/pipelines/{id}", operation_id = "pipelines_get", tag = "pipelines",
    params(("id" = Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Pipeline)))]
async fn show(app: Data<App>, _who: SignedIn, Id(id): Id<PipelineRow>) -> ApiResult<HttpResponse> {
    let found = app
        .db
        .read(move |conn| queries::find(conn, id)?.ok_or(PipelineError::NotFound(id)))
        .await?;
    Ok(tagged(found.row.version, &found)?)
}

/// A new pipeline with its stages.
#[utoipa::path(post, path = "/api/v1/pipelines", operation_id = "pipelines_create", tag = "pipelines",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = NewPipeline, security(("bearer" = [])),
    responses((status = 201, description = "Done", body = Pipeline), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn create(
    app: Data<App>,
    who: Can<ManagePipelines>,
    once: OnceKey,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (id, fields) = new_record::<PipelineRow, PipelineFields>(body.value)?;
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let pipeline = commands::create(conn, &act, id, fields)?;
        Ok(Answer::created(
            format!("/api/v1/pipelines/{id}"),
            1,
            &pipeline,
        )?)
    })
    .await
}

/// Changes a pipeline (JSON merge patch); `stages`, when given, are the whole new list.
#[utoipa::path(patch, path = "/api/v1/pipelines/{id}", operation_id = "pipelines_change", tag = "pipelines",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    request_body = PipelineFields, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Pipeline), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn change(
    app: Data<App>,
    who: Can<ManagePipelines>,
    Id(id): Id<PipelineRow>,
    if_match: IfMatch,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (if_match, now) = (if_match.required()?, app.now());
    app.write(move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let pipeline = commands::change(conn, &act, id, &if_match, &body.value)?;
        Ok(Answer::record(pipeline.row.version, &pipeline)?)
    })
    .await
}

/// Puts a pipeline away; its opportunities stay where they are.
#[utoipa::path(delete, path = "/api/v1/pipelines/{id}", operation_id = "pipelines_archive", tag = "pipelines",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")), security(("bearer" = [])),
    responses((status = 204, description = "Done"), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn archive(
    app: Data<App>,
    who: Can<ManagePipelines>,
    Id(id): Id<PipelineRow>,
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

/// The board: each stage with its count, sums and first cards, as far as the reader sees.
#[utoipa::path(get, path = "/api/v1/pipelines/{id}/board", operation_id = "pipelines_board", tag = "pipelines",
    params(("id" = Uuid, Path), BoardQuery), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Board), (status = 403, description = "None of your roles allows it")))]
async fn show_board(
    app: Data<App>,
    who: Can<ReadOpportunities>,
    Id(id): Id<PipelineRow>,
    Query(query): Query<BoardQuery>,
) -> ApiResult<Json<Board>> {
    let now = app.now();
    let board = app
        .db
        .transaction(move |conn| {
            let viewer = Viewer::of(conn, &who)?;
            let pipeline = queries::find(conn, id)?.ok_or(PipelineError::NotFound(id))?;
            Ok::<_, PipelineError>(board::read(conn, &viewer, pipeline, &query, now)?)
        })
        .await?;
    Ok(Json(board))
}

/// Why deals may be lost.
#[utoipa::path(get, path = "/api/v1/lost-reasons", operation_id = "lost_reasons_list", tag = "pipelines", security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Page<LostReason>)))]
async fn list_reasons(app: Data<App>, _who: SignedIn) -> ApiResult<Json<Page<LostReason>>> {
    Ok(Json(Page::whole(app.db.read(lost_reasons::all).await?)))
}

/// A new reason.
#[utoipa::path(post, path = "/api/v1/lost-reasons", operation_id = "lost_reasons_create", tag = "pipelines",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = NewLostReason, security(("bearer" = [])),
    responses((status = 201, description = "Done", body = LostReason), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn create_reason(
    app: Data<App>,
    who: Can<ManagePipelines>,
    once: OnceKey,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (id, fields) = new_record::<LostReason, LostReasonFields>(body.value)?;
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let reason = lost_reasons::create(conn, &act, id, fields)?;
        Ok(Answer::created(
            format!("/api/v1/lost-reasons/{id}"),
            1,
            &reason,
        )?)
    })
    .await
}

/// Renames or moves a reason.
#[utoipa::path(patch, path = "/api/v1/lost-reasons/{id}", operation_id = "lost_reasons_change", tag = "pipelines",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    request_body = LostReasonFields, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = LostReason), (status = 403, description = "None of your roles allows it"), (status = 409, description = "The state of things is against it: `type` says what")))]
async fn change_reason(
    app: Data<App>,
    who: Can<ManagePipelines>,
    Id(id): Id<LostReason>,
    if_match: IfMatch,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (if_match, now) = (if_match.required()?, app.now());
    app.write(move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let reason = lost_reasons::change(conn, &act, id, &if_match, &body.value)?;
        Ok(Answer::record(reason.version, &reason)?)
    })
    .await
}

/// Puts a reason away; deals that were lost for it keep it.
#[utoipa::path(delete, path = "/api/v1/lost-reasons/{id}", operation_id = "lost_reasons_archive", tag = "pipelines",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")), security(("bearer" = [])),
    responses((status = 204, description = "Done"), (status = 403, description = "None of your roles allows it")))]
async fn archive_reason(
    app: Data<App>,
    who: Can<ManagePipelines>,
    Id(id): Id<LostReason>,
    if_match: IfMatch,
) -> ApiResult<HttpResponse> {
    let (if_match, now) = (if_match.required()?, app.now());
    app.write(move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        lost_reasons::archive(conn, &act, id, &if_match)?;
        Ok(Answer::nothing())
    })
    .await
}
