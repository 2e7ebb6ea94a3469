use actix_web::HttpResponse;
use actix_web::web::{Data, Json, ServiceConfig, get, post, resource};
use nexus_auth::can::{ReadAnalytics, ShareDashboards};
use nexus_auth::{Can, Permission};
use nexus_db::DbResult;
use nexus_kernel::Page;
use nexus_problem::{ApiResult, Body, Id, IfMatch, Problem, new_record};
use nexus_service::{Answer, App, OnceKey, tagged};
use serde_json::Value;

use super::commands::{self, Shares, Writer};
use super::model::{Board, BoardFields};
use super::queries;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        resource("/api/v1/analytics/dashboards")
            .route(get().to(list))
            .route(post().to(create)),
    )
    .service(
        resource("/api/v1/analytics/dashboards/{id}")
            .route(get().to(show))
            .route(actix_web::web::patch().to(change))
            .route(actix_web::web::delete().to(delete)),
    );
}

fn writer(app: &App, who: &Can<ReadAnalytics>) -> Writer {
    let shares = if who.scope_of(ShareDashboards::NAME).is_some() {
        Shares::May
    } else {
        Shares::MayNot
    };
    Writer {
        user_id: who.user_id,
        shares,
        now: app.now(),
    }
}

/// One's own dashboards, then those that are shared.
#[utoipa::path(get, path = "/api/v1/analytics/dashboards", operation_id = "analytics_dashboards_list", tag = "analytics",
    security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Page<Board>), (status = 403, description = "None of your roles allows it")))]
async fn list(app: Data<App>, who: Can<ReadAnalytics>) -> ApiResult<Json<Page<Board>>> {
    let user = who.user_id;
    let boards = app
        .db
        .read(move |conn| -> DbResult<_> { queries::list(conn, user) })
        .await?;
    Ok(Json(Page::whole(boards)))
}

/// Keeps a dashboard. `id` may be chosen.
#[utoipa::path(post, path = "/api/v1/analytics/dashboards", operation_id = "analytics_dashboards_create", tag = "analytics",
    request_body = BoardFields, security(("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key brings the same answer")),
    responses((status = 201, description = "Kept", body = Board), (status = 403, description = "None of your roles allows it"),
        (status = 409, description = "It exists, or there are too many")))]
async fn create(
    app: Data<App>,
    who: Can<ReadAnalytics>,
    once: OnceKey,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let writer = writer(&app, &who);
    let (id, fields) = new_record::<Board, BoardFields>(body.value)?;
    app.write_once(once, writer.user_id.uuid(), body.hash, move |conn| {
        let board = commands::create(conn, &writer, id, fields)?;
        Ok(Answer::created(
            format!("/api/v1/analytics/dashboards/{id}"),
            board.version,
            &board,
        )?)
    })
    .await
}

/// A dashboard.
#[utoipa::path(get, path = "/api/v1/analytics/dashboards/{id}", operation_id = "analytics_dashboards_show", tag = "analytics",
    params(("id" = uuid::Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Board), (status = 403, description = "None of your roles allows it")))]
async fn show(
    app: Data<App>,
    who: Can<ReadAnalytics>,
    Id(id): Id<Board>,
) -> ApiResult<HttpResponse> {
    let user = who.user_id;
    let board = app
        .db
        .read(move |conn| -> DbResult<_> { queries::find(conn, user, id) })
        .await?;
    let board = board.ok_or_else(|| Problem::not_found("dashboard"))?;
    Ok(tagged(board.version, &board)?)
}

/// Changes a dashboard (JSON merge patch): `tiles`, when given, are the whole new list.
#[utoipa::path(patch, path = "/api/v1/analytics/dashboards/{id}", operation_id = "analytics_dashboards_change", tag = "analytics",
    request_body = BoardFields, security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path), ("If-Match" = String, Header, description = "The version it is based on, or *")),
    responses((status = 200, description = "Changed", body = Board), (status = 403, description = "It is somebody else's")))]
async fn change(
    app: Data<App>,
    who: Can<ReadAnalytics>,
    Id(id): Id<Board>,
    if_match: IfMatch,
    patch: Body<Value>,
) -> ApiResult<HttpResponse> {
    let writer = writer(&app, &who);
    app.write(move |conn| {
        let board = commands::change(conn, &writer, id, &if_match, &patch.value)?;
        Ok(Answer::record(board.version, &board)?)
    })
    .await
}

/// Takes a dashboard away for good.
#[utoipa::path(delete, path = "/api/v1/analytics/dashboards/{id}", operation_id = "analytics_dashboards_delete", tag = "analytics",
    params(("id" = uuid::Uuid, Path), ("If-Match" = String, Header, description = "The version it is based on, or *")),
    security(("bearer" = [])),
    responses((status = 204, description = "Gone"), (status = 403, description = "It is somebody else's")))]
async fn delete(
    app: Data<App>,
    who: Can<ReadAnalytics>,
    Id(id): Id<Board>,
    if_match: IfMatch,
) -> ApiResult<HttpResponse> {
    let writer = writer(&app, &who);
    app.write(move |conn| {
        commands::delete(conn, &writer, id, &if_match)?;
        Ok(Answer::nothing())
    })
    .await
}
