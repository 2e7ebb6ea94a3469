use actix_web::HttpResponse;
use actix_web::web::{Data, Json, ServiceConfig, get, post, resource};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use nexus_auth::Can;
use nexus_auth::can::ManageAnalytics;
use nexus_db::DbResult;
use nexus_kernel::Page;
use nexus_problem::{ApiResult, Problem, Query};
use nexus_service::{App, page_limit, read_cursor};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::queries::{self, Rebuild};
use super::run::Rebuilder;
use crate::app::Sources;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        resource("/api/v1/analytics/rebuild")
            .route(get().to(show))
            .route(post().to(start)),
    )
    .service(resource("/api/v1/analytics/status").route(get().to(status)))
    .service(resource("/api/v1/analytics/parked").route(get().to(parked)));
}

/// How far a feed has been applied.
#[derive(Debug, Serialize, ToSchema, QueryableByName)]
pub struct FeedPosition {
    #[diesel(sql_type = Text)]
    pub source: String,
    #[diesel(sql_type = BigInt)]
    pub position: i64,
}

/// How the figures are doing.
#[derive(Debug, Serialize, ToSchema)]
pub struct FiguresStatus {
    pub feeds: Vec<FeedPosition>,
    /// The newest event that is in the figures.
    pub newest_at: Option<DateTime<Utc>>,
    /// Events that could not be applied; see `/analytics/parked`.
    pub parked: i64,
    /// The last rebuild.
    pub rebuild: Option<Rebuild>,
}

/// An event that could not be applied. A rebuild tries it again.
#[derive(Debug, Serialize, ToSchema, QueryableByName)]
pub struct ParkedEvent {
    #[diesel(sql_type = Text)]
    pub source: String,
    #[diesel(sql_type = BigInt)]
    pub position: i64,
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = SqlUuid)]
    pub subject_id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    /// `unknown`: this version of analytics does not know its kind; `unreadable`: it is not what its kind promises.
    #[diesel(sql_type = Text)]
    pub reason: String,
    #[diesel(sql_type = Text)]
    pub detail: String,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ParkedQuery {
    limit: Option<u32>,
    cursor: Option<String>,
}

/// How far feeds are applied, what could not be, and the last rebuild.
#[utoipa::path(get, path = "/api/v1/analytics/status", operation_id = "analytics_status", tag = "analytics",
    security(("bearer" = [])),
    responses((status = 200, description = "Done", body = FiguresStatus), (status = 403, description = "None of your roles allows it")))]
async fn status(app: Data<App>, _who: Can<ManageAnalytics>) -> ApiResult<Json<FiguresStatus>> {
    #[derive(QueryableByName)]
    struct Facts {
        #[diesel(sql_type = BigInt)]
        parked: i64,
        #[diesel(sql_type = Nullable<Timestamptz>)]
        newest_at: Option<DateTime<Utc>>,
    }
    let status = app
        .db
        .read(|conn| -> DbResult<_> {
            let feeds =
                diesel::sql_query("SELECT source, position FROM inbox_positions ORDER BY source")
                    .load(conn)?;
            let facts: Facts = diesel::sql_query(
                "SELECT (SELECT count(*) FROM parked_events) AS parked, newest_at FROM changes",
            )
            .get_result(conn)?;
            let rebuild = queries::last(conn)?;
            Ok(FiguresStatus {
                feeds,
                newest_at: facts.newest_at,
                parked: facts.parked,
                rebuild,
            })
        })
        .await?;
    Ok(Json(status))
}

/// Events that could not be applied, the newest first.
#[utoipa::path(get, path = "/api/v1/analytics/parked", operation_id = "analytics_parked", tag = "analytics",
    params(ParkedQuery), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Page<ParkedEvent>), (status = 403, description = "None of your roles allows it")))]
async fn parked(
    app: Data<App>,
    _who: Can<ManageAnalytics>,
    Query(query): Query<ParkedQuery>,
) -> ApiResult<Json<Page<ParkedEvent>>> {
    let limit = page_limit(query.limit)?;
    let after: Option<(DateTime<Utc>, i64)> = read_cursor(query.cursor.as_deref())?;
    let (at, position) = after.unwrap_or((DateTime::<Utc>::MAX_UTC, i64::MAX));
    let one_more = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
    let rows: Vec<ParkedEvent> = app
        .db
        .read(move |conn| -> DbResult<_> {
            let sql = "SELECT source, position, kind, subject_id, at, reason, detail FROM parked_events
                 WHERE $1 OR at <= $2 AND (at < $2 OR position < $3) ORDER BY at DESC, position DESC LIMIT $4";
            Ok(diesel::sql_query(sql)
                .bind::<diesel::sql_types::Bool, _>(after.is_none())
                .bind::<Timestamptz, _>(at.min(DateTime::<Utc>::from_timestamp(4_102_444_800, 0).unwrap_or(at)))
                .bind::<BigInt, _>(position)
                .bind::<BigInt, _>(one_more)
                .load(conn)?)
        })
        .await?;
    Ok(Json(Page::cut(rows, limit, |row| (row.at, row.position))))
}

/// How far the last rebuild is.
#[utoipa::path(get, path = "/api/v1/analytics/rebuild", operation_id = "analytics_rebuild_show", tag = "analytics",
    security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Rebuild), (status = 403, description = "None of your roles allows it"),
        (status = 404, description = "There was none yet")))]
async fn show(app: Data<App>, _who: Can<ManageAnalytics>) -> ApiResult<Json<Rebuild>> {
    let last = app.db.read(queries::last).await?;
    Ok(Json(last.ok_or_else(|| Problem::not_found("rebuild"))?))
}

/// Counts all figures anew from what happened; the old ones answer meanwhile.
#[utoipa::path(post, path = "/api/v1/analytics/rebuild", operation_id = "analytics_rebuild_start", tag = "analytics",
    security(("bearer" = [])),
    responses((status = 202, description = "Begun", body = Rebuild), (status = 403, description = "None of your roles allows it"),
        (status = 409, description = "One is running")))]
async fn start(
    app: Data<App>,
    sources: Data<Sources>,
    _who: Can<ManageAnalytics>,
) -> ApiResult<HttpResponse> {
    let rebuilder = Rebuilder {
        app: app.get_ref().clone(),
        sources: sources.get_ref().clone(),
    };
    let begun = rebuilder.start().await?;
    let rebuild = begun.ok_or_else(|| {
        let detail = "A rebuild is running. Wait for its end.";
        Problem::conflict("rebuild-running", "A rebuild is running", detail)
    })?;
    Ok(HttpResponse::Accepted().json(rebuild))
}
