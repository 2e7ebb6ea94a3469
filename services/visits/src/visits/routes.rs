use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, ServiceConfig, get, patch, post, resource};
use chrono::NaiveDate;
use diesel::PgConnection;
use nexus_auth::Can;
use nexus_auth::can::{ReadVisits, WriteVisits};
use nexus_db::DbResult;
use nexus_kernel::{Page, UserId};
use nexus_problem::{ApiResult, Body, Id, IfMatch, Problem, Query, new_record};
use nexus_records::{Act, Viewer, users};
use nexus_service::{Answer, App, OnceKey, page_limit, read_cursor, tagged};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::commands::{self, Arrival};
use super::model::{Report, Visit, VisitFields, VisitId, VisitStatus};
use super::queries::{self, Filter};
use crate::places::queries as places;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        resource("/api/v1/visits")
            .route(get().to(list))
            .route(post().to(create)),
    )
    .service(
        resource("/api/v1/visits/{id}")
            .route(get().to(show))
            .route(patch().to(change)),
    )
    .service(resource("/api/v1/visits/{id}/check-in").route(post().to(check_in)))
    .service(resource("/api/v1/visits/{id}/done").route(post().to(finish)))
    .service(resource("/api/v1/visits/{id}/missed").route(post().to(miss)))
    .service(resource("/api/v1/visits/{id}/cancel").route(post().to(cancel)));
}

/// A visit as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VisitView {
    #[serde(flatten)]
    pub visit: Visit,
    pub agent_name: Option<String>,
    pub client_name: String,
    pub place_name: String,
    pub street: Option<String>,
    pub city: Option<String>,
    pub province: Option<String>,
    pub lat: Option<f64>,
    pub lng: Option<f64>,
    /// How far from the shop it was checked in, where somebody said.
    pub distance_m: Option<i32>,
}

pub fn views(conn: &mut PgConnection, visits: Vec<Visit>) -> DbResult<Vec<VisitView>> {
    let ids: Vec<VisitId> = visits.iter().map(|visit| visit.id).collect();
    let agents: Vec<UserId> = visits.iter().map(|visit| visit.agent_id).collect();
    let shops: Vec<Uuid> = visits.iter().map(|visit| visit.place_id).collect();
    let names = users::queries::names(conn, &agents)?;
    let distances: HashMap<VisitId, i32> = queries::distances(conn, &ids)?.into_iter().collect();
    let shops: HashMap<Uuid, _> = places::these(conn, &shops)?
        .into_iter()
        .map(|place| (place.id, place))
        .collect();
    let view = |visit: Visit| {
        let place = shops.get(&visit.place_id)?;
        Some(VisitView {
            agent_name: names.get(&visit.agent_id).cloned(),
            client_name: place.client_name.clone(),
            place_name: place.name.clone(),
            street: place.street.clone(),
            city: place.city.clone(),
            province: place.province.clone(),
            lat: place.lat,
            lng: place.lng,
            distance_m: distances.get(&visit.id).copied(),
            visit,
        })
    };
    // The row refers to its place, so every visit has one.
    Ok(visits.into_iter().filter_map(view).collect())
}

fn view(conn: &mut PgConnection, visit: Visit) -> Result<VisitView, Problem> {
    views(conn, vec![visit])?
        .pop()
        .ok_or_else(|| Problem::not_found("visit"))
}

/// Which visits.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Who goes; everybody whom the caller reaches when not given.
    #[param(value_type = Option<Uuid>)]
    agent_id: Option<UserId>,
    place_id: Option<Uuid>,
    client_id: Option<Uuid>,
    status: Option<VisitStatus>,
    /// First day.
    from: Option<NaiveDate>,
    /// Last day.
    until: Option<NaiveDate>,
    /// By day; `-day` is the other way round.
    #[serde(default)]
    #[param(inline)]
    sort: Sort,
    limit: Option<u32>,
    cursor: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[schema(as = VisitSort)]
enum Sort {
    #[default]
    #[serde(rename = "day")]
    Day,
    #[serde(rename = "-day")]
    DayDown,
}

/// Visits, by day.
#[utoipa::path(get, path = "/api/v1/visits", operation_id = "visits_list", tag = "visits",
    params(ListQuery), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Page<VisitView>), (status = 403, description = "None of your roles allows it")))]
async fn list(
    app: Data<App>,
    who: Can<ReadVisits>,
    Query(query): Query<ListQuery>,
) -> ApiResult<Json<Page<VisitView>>> {
    let (limit, after) = (
        page_limit(query.limit)?,
        read_cursor(query.cursor.as_deref())?,
    );
    let filter = Filter {
        agent_id: query.agent_id,
        place_id: query.place_id,
        client_id: query.client_id,
        status: query.status,
        from: query.from,
        until: query.until,
    };
    let descending = query.sort == Sort::DayDown;
    let page = app
        .db
        .read(move |conn| -> DbResult<Page<VisitView>> {
            let viewer = Viewer::of(conn, &who)?;
            let found = queries::page(conn, &viewer, &filter, descending, after, limit)?;
            let mut page = Page::cut(found, limit, |last| (last.day, last.id));
            let found = std::mem::take(&mut page.items);
            Ok(page.with_items(views(conn, found)?))
        })
        .await?;
    Ok(Json(page))
}

/// A visit that is to come, and its id if the caller chooses it.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; its parts are read one by one"
)]
pub struct NewVisit {
    id: Option<Uuid>,
    #[serde(flatten)]
    fields: VisitFields,
}

/// The fields of a visit that change.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; its parts are read one by one"
)]
pub struct VisitPatch {
    agent_id: Option<Uuid>,
    day: Option<NaiveDate>,
    fixed_at: Option<chrono::DateTime<chrono::Utc>>,
    minutes: Option<i32>,
    subject: Option<String>,
}

/// A new visit: on a day, or at a time that is agreed.
#[utoipa::path(post, path = "/api/v1/visits", operation_id = "visits_create", tag = "visits",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = NewVisit, security(("bearer" = [])),
    responses((status = 201, description = "Done", body = VisitView), (status = 403, description = "None of your roles allows it"),
        (status = 409, description = "The state of things is against it: `type` says what")))]
async fn create(
    app: Data<App>,
    who: Can<WriteVisits>,
    once: OnceKey,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (id, fields) = new_record::<Visit, VisitFields>(body.value)?;
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let visit = commands::create(conn, &act, id, fields)?;
        Ok(Answer::created(
            format!("/api/v1/visits/{id}"),
            1,
            &view(conn, visit)?,
        )?)
    })
    .await
}

/// One visit.
#[utoipa::path(get, path = "/api/v1/visits/{id}", operation_id = "visits_get", tag = "visits",
    params(("id" = Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = VisitView), (status = 403, description = "None of your roles allows it")))]
async fn show(app: Data<App>, who: Can<ReadVisits>, Id(id): Id<Visit>) -> ApiResult<HttpResponse> {
    let found = app
        .db
        .read(move |conn| -> Result<VisitView, Problem> {
            let viewer = Viewer::of(conn, &who)?;
            let visit =
                queries::find(conn, &viewer, id)?.ok_or_else(|| Problem::not_found("visit"))?;
            view(conn, visit)
        })
        .await?;
    Ok(tagged(found.visit.version, &found)?)
}

/// Plans a visit otherwise (JSON merge patch).
#[utoipa::path(patch, path = "/api/v1/visits/{id}", operation_id = "visits_change", tag = "visits",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    request_body = VisitPatch, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = VisitView), (status = 403, description = "None of your roles allows it"),
        (status = 409, description = "The state of things is against it: `type` says what")))]
async fn change(
    app: Data<App>,
    who: Can<WriteVisits>,
    Id(id): Id<Visit>,
    if_match: IfMatch,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (if_match, now) = (if_match.required()?, app.now());
    app.write(move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let visit = commands::change(conn, &act, id, &if_match, &body.value)?;
        shown(conn, visit)
    })
    .await
}

fn shown(conn: &mut PgConnection, visit: Visit) -> ApiResult<Answer> {
    let version = visit.version;
    Ok(Answer::record(version, &view(conn, visit)?)?)
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
        let visit = commands::check_in(conn, &act, id, &if_match, body.value)?;
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
pub struct WhyNot {
    reason: Option<String>,
}

/// The visit was not made.
#[utoipa::path(post, path = "/api/v1/visits/{id}/missed", operation_id = "visits_missed", tag = "visits",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = WhyNot, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = VisitView), (status = 403, description = "None of your roles allows it"),
        (status = 409, description = "The state of things is against it: `type` says what")))]
async fn miss(
    app: Data<App>,
    who: Can<WriteVisits>,
    once: OnceKey,
    Id(id): Id<Visit>,
    if_match: IfMatch,
    body: Body<WhyNot>,
) -> ApiResult<HttpResponse> {
    fall(app, who, once, id, if_match, body, VisitStatus::Missed).await
}

/// The visit will not be made.
#[utoipa::path(post, path = "/api/v1/visits/{id}/cancel", operation_id = "visits_cancel", tag = "visits",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = WhyNot, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = VisitView), (status = 403, description = "None of your roles allows it"),
        (status = 409, description = "The state of things is against it: `type` says what")))]
async fn cancel(
    app: Data<App>,
    who: Can<WriteVisits>,
    once: OnceKey,
    Id(id): Id<Visit>,
    if_match: IfMatch,
    body: Body<WhyNot>,
) -> ApiResult<HttpResponse> {
    fall(app, who, once, id, if_match, body, VisitStatus::Cancelled).await
}

async fn fall(
    app: Data<App>,
    who: Can<WriteVisits>,
    once: OnceKey,
    id: VisitId,
    if_match: IfMatch,
    body: Body<WhyNot>,
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
