use actix_web::HttpResponse;
use actix_web::web::{Data, Json, ServiceConfig, get, patch, post, resource};
use chrono::NaiveDate;
use nexus_auth::Can;
use nexus_auth::can::{ReadVisits, WriteVisits};
use nexus_db::DbResult;
use nexus_kernel::{Page, UserId};
use nexus_problem::{ApiResult, Body, Id, IfMatch, Problem, Query, new_record};
use nexus_records::{Act, Viewer};
use nexus_service::{Answer, App, OnceKey, page_limit, read_cursor, tagged};
use serde::Deserialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::commands;
use super::model::{Visit, VisitFields, VisitStatus};
use super::queries::{self, Filter};
pub use super::views::{VisitView, views};
use super::views::{shown, view};

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
    );
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
    until_day: Option<NaiveDate>,
    fixed_at: Option<chrono::DateTime<chrono::Utc>>,
    leeway_minutes: Option<i32>,
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
