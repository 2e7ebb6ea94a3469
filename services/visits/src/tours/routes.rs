use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, ServiceConfig, get, patch, post, resource};
use chrono::NaiveDate;
use diesel::PgConnection;
use nexus_auth::Can;
use nexus_auth::can::{PlanVisits, ReadVisits};
use nexus_db::DbResult;
use nexus_kernel::UserId;
use nexus_problem::{ApiResult, Body, FieldErrors, Id, IfMatch, Problem, Query, new_record};
use nexus_records::{Act, Viewer, users};
use nexus_service::{Answer, App, OnceKey, tagged};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::commands::{self, STOPS_MOST};
use super::model::{Stop, Tour, TourId};
use super::queries;
use super::timing::{self, Outline};
use crate::agents::commands::check_agent;
use crate::planner::worth::Reason;
use crate::plans::solve::Engines;
use crate::visits::model::VisitId;
use crate::visits::queries as visits;
use crate::visits::routes::{VisitView, views as visit_views};

/// The longest stretch of days in one answer.
const DAYS_MOST: i64 = 62;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        resource("/api/v1/tours")
            .route(get().to(list))
            .route(post().to(create)),
    )
    .service(
        resource("/api/v1/tours/{id}")
            .route(get().to(show))
            .route(patch().to(change))
            .route(actix_web::web::delete().to(withdraw)),
    );
}

/// A stop as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StopView {
    arrives_at: chrono::DateTime<chrono::Utc>,
    waiting_seconds: i32,
    leaves_at: chrono::DateTime<chrono::Utc>,
    /// The way from the stop before.
    leg_seconds: i32,
    leg_meters: i32,
    /// Its time stands.
    pinned: bool,
    #[schema(value_type = Vec<Reason>)]
    reasons: Value,
    visit: VisitView,
}

/// A tour as it is shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TourView {
    #[serde(flatten)]
    tour: Tour,
    agent_name: Option<String>,
    stops: Vec<StopView>,
}

pub fn views(conn: &mut PgConnection, tours: Vec<Tour>) -> DbResult<Vec<TourView>> {
    let ids: Vec<TourId> = tours.iter().map(|tour| tour.id).collect();
    let agents: Vec<UserId> = tours.iter().map(|tour| tour.agent_id).collect();
    let names = users::queries::names(conn, &agents)?;
    let stops = queries::stops(conn, &ids)?;
    let visit_ids: Vec<VisitId> = stops.iter().map(|stop| stop.visit_id).collect();
    let found = visits::these(conn, &visit_ids)?;
    let mut of_stop: HashMap<VisitId, VisitView> = visit_views(conn, found)?
        .into_iter()
        .map(|view| (view.visit.id, view))
        .collect();
    let mut of_tour: HashMap<TourId, Vec<StopView>> = HashMap::new();
    for stop in stops {
        let Some(visit) = of_stop.remove(&stop.visit_id) else {
            continue;
        };
        let Stop {
            tour_id,
            arrives_at,
            waiting_seconds,
            leaves_at,
            leg_seconds,
            leg_meters,
            pinned,
            reasons,
            ..
        } = stop;
        of_tour.entry(tour_id).or_default().push(StopView {
            arrives_at,
            waiting_seconds,
            leaves_at,
            leg_seconds,
            leg_meters,
            pinned,
            reasons,
            visit,
        });
    }
    let view = |tour: Tour| TourView {
        agent_name: names.get(&tour.agent_id).cloned(),
        stops: of_tour.remove(&tour.id).unwrap_or_default(),
        tour,
    };
    Ok(tours.into_iter().map(view).collect())
}

fn view(conn: &mut PgConnection, tour: Tour) -> Result<TourView, Problem> {
    views(conn, vec![tour])?
        .pop()
        .ok_or_else(|| Problem::not_found("tour"))
}

/// Which tours.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Whose; of everybody whom the caller reaches when not given.
    #[param(value_type = Option<Uuid>)]
    agent_id: Option<UserId>,
    /// First day.
    from: NaiveDate,
    /// Last day; 62 days at most.
    until: NaiveDate,
}

/// Tours between two days.
#[derive(Debug, Serialize, ToSchema)]
pub struct Tours {
    items: Vec<TourView>,
}

/// The tours between two days, with their stops.
#[utoipa::path(get, path = "/api/v1/tours", operation_id = "tours_list", tag = "tours",
    params(ListQuery), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Tours), (status = 403, description = "None of your roles allows it")))]
async fn list(
    app: Data<App>,
    who: Can<ReadVisits>,
    Query(query): Query<ListQuery>,
) -> ApiResult<Json<Tours>> {
    if !(0..=DAYS_MOST).contains(&(query.until - query.from).num_days()) {
        let detail = format!("It ends when it begins or later, at most {DAYS_MOST} days.");
        return Err(Problem::from(FieldErrors::one("until", "until.order", detail)).into());
    }
    let items = app
        .db
        .read(move |conn| -> DbResult<Vec<TourView>> {
            let viewer = Viewer::of(conn, &who)?;
            let found = queries::between(conn, &viewer, query.agent_id, query.from, query.until)?;
            views(conn, found)
        })
        .await?;
    Ok(Json(Tours { items }))
}

/// One tour.
#[utoipa::path(get, path = "/api/v1/tours/{id}", operation_id = "tours_get", tag = "tours",
    params(("id" = Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = TourView), (status = 403, description = "None of your roles allows it")))]
async fn show(app: Data<App>, who: Can<ReadVisits>, Id(id): Id<Tour>) -> ApiResult<HttpResponse> {
    let found = app
        .db
        .read(move |conn| -> Result<TourView, Problem> {
            let viewer = Viewer::of(conn, &who)?;
            let tour =
                queries::find(conn, &viewer, id)?.ok_or_else(|| Problem::not_found("tour"))?;
            view(conn, tour)
        })
        .await?;
    Ok(tagged(found.tour.version, &found)?)
}

/// A tour by hand: whose, when, and which visits in which order.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TourFields {
    /// The caller when not given.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    agent_id: Option<UserId>,
    day: NaiveDate,
    #[schema(value_type = Vec<Uuid>)]
    visit_ids: Vec<VisitId>,
}

/// A new tour, and its id if the caller chooses it.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; its parts are read one by one"
)]
pub struct NewTour {
    id: Option<Uuid>,
    #[serde(flatten)]
    fields: TourFields,
}

fn check_order(order: &[VisitId]) -> Result<(), Problem> {
    let mut errors = FieldErrors::default();
    let mut sorted = order.to_vec();
    sorted.sort_unstable();
    if !(1..=STOPS_MOST).contains(&order.len()) {
        errors.add(
            "/visit_ids",
            "items.many",
            format!("Give 1 to {STOPS_MOST}."),
        );
    }
    if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
        errors.add("/visit_ids", "items.twice", "A visit is named twice.");
    }
    Ok(errors.or(())?)
}

/// A tour by hand; no optimiser is needed.
#[utoipa::path(post, path = "/api/v1/tours", operation_id = "tours_create", tag = "tours",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = NewTour, security(("bearer" = [])),
    responses((status = 201, description = "Done", body = TourView), (status = 403, description = "None of your roles allows it"),
        (status = 409, description = "The state of things is against it: `type` says what")))]
async fn create(
    app: Data<App>,
    engines: Data<Engines>,
    who: Can<PlanVisits>,
    once: OnceKey,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (id, fields) = new_record::<Tour, TourFields>(body.value)?;
    check_order(&fields.visit_ids)?;
    let (by, now) = (who.user_id, app.now());
    let agent = fields.agent_id.unwrap_or(by);
    let reader = who.clone();
    let outline: Outline = app
        .db
        .read(move |conn| -> Result<Outline, Problem> {
            let viewer = Viewer::of(conn, &reader)?;
            check_agent(conn, &viewer, agent)?;
            timing::outline(conn, agent, fields.day, &fields.visit_ids)
        })
        .await?;
    let matrix = engines.matrix(&outline.points).await.map_err(no_roads)?;
    let day = outline.timed(&matrix);
    app.write_once(once, by.uuid(), body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let tour = commands::create(conn, &act, id, &outline, &day)?;
        Ok(Answer::created(
            format!("/api/v1/tours/{id}"),
            1,
            &view(conn, tour)?,
        )?)
    })
    .await
}

fn no_roads(error: crate::plans::solve::Failed) -> Problem {
    tracing::warn!(cause = %error, "a tour could not be timed");
    Problem::unavailable("The road engine does not answer. Try again in a moment.")
}

/// The stops of a tour, in their new order.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TourOrder {
    #[schema(value_type = Vec<Uuid>)]
    visit_ids: Vec<VisitId>,
}

/// Another order, more stops or fewer: the times follow, no stop is moved against one's will. With the same order it is only timed
/// again.
#[utoipa::path(patch, path = "/api/v1/tours/{id}", operation_id = "tours_change", tag = "tours",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    request_body = TourOrder, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = TourView), (status = 403, description = "None of your roles allows it"),
        (status = 409, description = "The state of things is against it: `type` says what")))]
async fn change(
    app: Data<App>,
    engines: Data<Engines>,
    who: Can<PlanVisits>,
    Id(id): Id<Tour>,
    if_match: IfMatch,
    body: Body<TourOrder>,
) -> ApiResult<HttpResponse> {
    let (if_match, now) = (if_match.required()?, app.now());
    let order = body.value.visit_ids;
    check_order(&order)?;
    let reader = who.clone();
    let outline: Outline = app
        .db
        .read(move |conn| -> Result<Outline, Problem> {
            let viewer = Viewer::of(conn, &reader)?;
            let tour =
                queries::find(conn, &viewer, id)?.ok_or_else(|| Problem::not_found("tour"))?;
            timing::outline(conn, tour.agent_id, tour.day, &order)
        })
        .await?;
    let matrix = engines.matrix(&outline.points).await.map_err(no_roads)?;
    let day = outline.timed(&matrix);
    app.write(move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let tour = commands::reorder(conn, &act, id, &if_match, &outline, &day)?;
        let version = tour.version;
        Ok(Answer::record(version, &view(conn, tour)?)?)
    })
    .await
}

/// Takes a tour away. Appointments stay in the diary; visits that only the plan wanted are cancelled.
#[utoipa::path(delete, path = "/api/v1/tours/{id}", operation_id = "tours_withdraw", tag = "tours",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    security(("bearer" = [])),
    responses((status = 204, description = "Done"), (status = 403, description = "None of your roles allows it")))]
async fn withdraw(
    app: Data<App>,
    who: Can<PlanVisits>,
    Id(id): Id<Tour>,
    if_match: IfMatch,
) -> ApiResult<HttpResponse> {
    let (if_match, now) = (if_match.required()?, app.now());
    app.db
        .transaction(move |conn| -> Result<(), Problem> {
            let act = Act {
                viewer: Viewer::of(conn, &who)?,
                now,
            };
            commands::withdraw(conn, &act, id, &if_match)
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
