//! What makes a visit go on: somebody comes, reports, or does not come.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, ServiceConfig, get, post, resource};
use chrono::{DateTime, Utc};
use nexus_auth::Can;
use nexus_auth::can::{ManageVisits, ReadVisits, WriteVisits};
use nexus_kernel::Page;
use nexus_problem::{ApiResult, Body, Id, IfMatch, Problem};
use nexus_records::{Act, Viewer};
use nexus_service::{App, OnceKey};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::arrival::{self, Arrival, Correction};
use super::commands;
use super::model::{Report, Visit, VisitId, VisitStatus};
use super::queries::{self, CheckIn};
use super::views::{VisitView, shown};

pub fn configure(cfg: &mut ServiceConfig) {
    let at = |rest| resource(format!("/api/v1/visits/{{id}}/{rest}"));
    cfg.service(at("check-in").route(post().to(check_in)))
        .service(at("check-in/correct").route(post().to(correct)))
        .service(at("check-ins").route(get().to(list_check_ins)))
        .service(at("done").route(post().to(finish)))
        .service(at("missed").route(post().to(miss)))
        .service(at("cancel").route(post().to(cancel)))
        .service(at("reopen").route(post().to(reopen)));
}

/// Somebody is in the shop. The position is voluntary, kept only where the company wants it, and forgotten after a while.
#[utoipa::path(post, path = "/api/v1/visits/{id}/check-in", operation_id = "visits_check_in", tag = "visits",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = Arrival, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = VisitView), (status = 403, description = "None of your roles allows it"),
        (status = 409, description = "The state of things is against it: `type` says what")))]
async fn check_in(
    app: Data<App>,
    who: Can<WriteVisits>,
    once: OnceKey,
    Id(id): Id<Visit>,
    if_match: IfMatch,
    body: Body<Arrival>,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let visit = arrival::check_in(conn, &act, id, &if_match, body.value)?;
        shown(conn, visit)
    })
    .await
}

/// The visit is over: what came of it, what was talked about, and what comes next, which becomes a task.
#[utoipa::path(post, path = "/api/v1/visits/{id}/done", operation_id = "visits_done", tag = "visits",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = Report, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = VisitView), (status = 403, description = "None of your roles allows it"),
        (status = 409, description = "The state of things is against it: `type` says what")))]
async fn finish(
    app: Data<App>,
    who: Can<WriteVisits>,
    once: OnceKey,
    Id(id): Id<Visit>,
    if_match: IfMatch,
    body: Body<Report>,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let visit = commands::finish(conn, &act, id, &if_match, body.value)?;
        shown(conn, visit)
    })
    .await
}

/// Why a visit did not take place.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = VisitFallReason)]
pub struct Why {
    reason: Option<String>,
}

/// The visit was not made.
#[utoipa::path(post, path = "/api/v1/visits/{id}/missed", operation_id = "visits_missed", tag = "visits",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = Why, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = VisitView), (status = 403, description = "None of your roles allows it"),
        (status = 409, description = "The state of things is against it: `type` says what")))]
async fn miss(
    app: Data<App>,
    who: Can<WriteVisits>,
    once: OnceKey,
    Id(id): Id<Visit>,
    if_match: IfMatch,
    body: Body<Why>,
) -> ApiResult<HttpResponse> {
    fall(app, who, once, id, if_match, body, VisitStatus::Missed).await
}

/// The visit will not be made.
#[utoipa::path(post, path = "/api/v1/visits/{id}/cancel", operation_id = "visits_cancel", tag = "visits",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = Why, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = VisitView), (status = 403, description = "None of your roles allows it"),
        (status = 409, description = "The state of things is against it: `type` says what")))]
async fn cancel(
    app: Data<App>,
    who: Can<WriteVisits>,
    once: OnceKey,
    Id(id): Id<Visit>,
    if_match: IfMatch,
    body: Body<Why>,
) -> ApiResult<HttpResponse> {
    fall(app, who, once, id, if_match, body, VisitStatus::Cancelled).await
}

async fn fall(
    app: Data<App>,
    who: Can<WriteVisits>,
    once: OnceKey,
    id: VisitId,
    if_match: IfMatch,
    body: Body<Why>,
    status: VisitStatus,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let visit = commands::fall(
            conn,
            &act,
            id,
            &if_match,
            status,
            body.value.reason.as_deref(),
        )?;
        shown(conn, visit)
    })
    .await
}

/// A visit that was cancelled or missed takes place after all.
#[utoipa::path(post, path = "/api/v1/visits/{id}/reopen", operation_id = "visits_reopen", tag = "visits",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    security(("bearer" = [])),
    responses((status = 200, description = "Done", body = VisitView), (status = 403, description = "None of your roles allows it"),
        (status = 409, description = "The state of things is against it: `type` says what")))]
async fn reopen(
    app: Data<App>,
    who: Can<WriteVisits>,
    once: OnceKey,
    Id(id): Id<Visit>,
    if_match: IfMatch,
    body: Body<Nothing>,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let visit = commands::reopen(conn, &act, id, &if_match)?;
        shown(conn, visit)
    })
    .await
}

/// Nothing has to be said.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// The check-in was wrong: what is right is another fact beside it.
#[utoipa::path(post, path = "/api/v1/visits/{id}/check-in/correct", operation_id = "visits_correct_check_in", tag = "visits",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = Correction, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = VisitView), (status = 403, description = "None of your roles allows it"),
        (status = 409, description = "The state of things is against it: `type` says what")))]
async fn correct(
    app: Data<App>,
    who: Can<WriteVisits>,
    once: OnceKey,
    Id(id): Id<Visit>,
    if_match: IfMatch,
    body: Body<Correction>,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let visit = arrival::correct(conn, &act, id, &if_match, &body.value)?;
        shown(conn, visit)
    })
    .await
}

/// A check-in as it is shown.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VisitCheckIn)]
pub struct CheckInView {
    id: Uuid,
    at: DateTime<Utc>,
    /// Where: shown to whoever was there, and to whoever manages visits, as long as it is kept.
    lat: Option<f64>,
    lng: Option<f64>,
    accuracy_m: Option<i32>,
    distance_m: Option<i32>,
    /// Whether that was at the shop.
    inside: Option<bool>,
    /// The check-in that this one puts right.
    corrects: Option<Uuid>,
    reason: Option<String>,
    created_by: Uuid,
    created_at: DateTime<Utc>,
}

impl CheckInView {
    fn of(row: CheckIn, with_position: bool) -> Self {
        Self {
            id: row.id,
            at: row.at,
            lat: row.lat.filter(|_| with_position),
            lng: row.lng.filter(|_| with_position),
            accuracy_m: row.accuracy_m.filter(|_| with_position),
            distance_m: row.distance_m,
            inside: row.inside,
            corrects: row.corrects,
            reason: row.reason,
            created_by: row.created_by.uuid(),
            created_at: row.created_at,
        }
    }
}

/// All check-ins of a visit, those that were put right too, the newest last.
#[utoipa::path(get, path = "/api/v1/visits/{id}/check-ins", operation_id = "visits_check_ins", tag = "visits",
    params(("id" = Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Page<CheckInView>), (status = 403, description = "None of your roles allows it")))]
async fn list_check_ins(
    app: Data<App>,
    who: Can<ReadVisits>,
    Id(id): Id<Visit>,
) -> ApiResult<Json<Page<CheckInView>>> {
    let found = app
        .db
        .read(move |conn| -> Result<Vec<CheckInView>, Problem> {
            let viewer = Viewer::of(conn, &who)?;
            let missing = || Problem::not_found("visit");
            let visit = queries::find(conn, &viewer, id)?.ok_or_else(missing)?;
            let manages = Viewer::with::<ManageVisits>(conn, &who)?.is_some();
            let with_position = manages || visit.agent_id == who.user_id;
            let rows = queries::check_ins(conn, id)?.into_iter();
            Ok(rows
                .map(|row| CheckInView::of(row, with_position))
                .collect())
        })
        .await?;
    Ok(Json(Page::whole(found)))
}
