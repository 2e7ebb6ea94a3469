use actix_web::HttpResponse;
use actix_web::web::{Data, Json, ServiceConfig, get, patch, post, resource};
use chrono::NaiveDate;
use nexus_auth::Can;
use nexus_auth::can::{PlanVisits, ReadVisits};
use nexus_db::DbResult;
use nexus_kernel::UserId;
use nexus_problem::{ApiResult, Body, FieldErrors, Id, IfMatch, Problem, Query, new_record};
use nexus_records::{Act, Viewer};
use nexus_service::{Answer, App, OnceKey, tagged};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::commands::{self, STOPS_MOST};
use super::edits;
use super::model::Tour;
use super::outline::Outline;
use super::queries;
use super::timing::{Resume, Wish, outline};
use super::views::{TourView, view, views};
use crate::agents::commands::check_agent;
use crate::plans::engines::Engines;
use crate::visits::model::VisitId;

/// The longest stretch of days in one answer.
const DAYS_MOST: i64 = 62;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        resource("/api/v1/tours")
            .route(get().to(list))
            .route(post().to(create)),
    )
    .configure(super::actions::configure)
    .service(
        resource("/api/v1/tours/{id}")
            .route(get().to(show))
            .route(patch().to(change))
            .route(actix_web::web::delete().to(withdraw)),
    );
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
            let wishes = edits::in_order(conn, Vec::new(), &fields.visit_ids)?;
            outline(conn, agent, fields.day, &wishes, Resume::at(now))
        })
        .await?;
    let matrix = engines.matrix(&outline.points).await;
    let day = outline.timed(&matrix);
    app.write_once(once, by.uuid(), body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let tour = commands::create(conn, &act, id, outline, &day)?;
        Ok(Answer::created(
            format!("/api/v1/tours/{id}"),
            1,
            &view(conn, tour)?,
        )?)
    })
    .await
}

/// How a tour is to be; what is not given stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TourChange {
    /// The visits in their new order. A visit of that day that is on no tour comes along; one that is not named leaves the tour
    /// and stays in the diary. What was made is never taken out.
    #[schema(value_type = Option<Vec<Uuid>>)]
    visit_ids: Option<Vec<VisitId>>,
    /// The visits whose time is to stand, whatever is planned anew. Appointments are pinned anyway.
    #[schema(value_type = Option<Vec<Uuid>>)]
    pinned_ids: Option<Vec<VisitId>>,
}

impl TourChange {
    fn review(&self) -> Result<(), Problem> {
        self.visit_ids.as_deref().map_or(Ok(()), check_order)
    }

    fn wishes(
        &self,
        conn: &mut diesel::PgConnection,
        known: Vec<Wish>,
    ) -> Result<Vec<Wish>, Problem> {
        let mut wishes = match &self.visit_ids {
            Some(order) => edits::in_order(conn, known, order)?,
            None => known,
        };
        // A hand that orders stops sets their times, too: what is pinned is pinned where it comes to stand.
        for wish in &mut wishes {
            let id = wish.visit.as_ref().map(|visit| visit.id);
            let named = self
                .pinned_ids
                .as_ref()
                .zip(id)
                .map(|(ids, id)| ids.contains(&id));
            let pinned = named.unwrap_or(wish.pinned.is_some());
            wish.pinned = pinned.then_some(None);
        }
        Ok(wishes)
    }
}

/// Another order, more stops or fewer, other pins: the times follow, no stop is moved against one's will. With an empty body it is
/// only timed again. Stops that cannot keep their hours so are marked `outside`.
#[utoipa::path(patch, path = "/api/v1/tours/{id}", operation_id = "tours_change", tag = "tours",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    request_body = TourChange, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = TourView), (status = 403, description = "None of your roles allows it"),
        (status = 409, description = "The state of things is against it: `type` says what")))]
async fn change(
    app: Data<App>,
    engines: Data<Engines>,
    who: Can<PlanVisits>,
    Id(id): Id<Tour>,
    if_match: IfMatch,
    body: Body<TourChange>,
) -> ApiResult<HttpResponse> {
    let (if_match, now) = (if_match.required()?, app.now());
    let wanted = body.value;
    wanted.review()?;
    let reader = who.clone();
    let edit = app
        .db
        .read(move |conn| {
            let viewer = Viewer::of(conn, &reader)?;
            edits::read(conn, &viewer, id, Resume::at(now), |conn, known| {
                wanted.wishes(conn, known)
            })
        })
        .await?;
    let outline = edit.outline;
    let matrix = engines.matrix(&outline.points).await;
    let day = outline.timed(&matrix);
    app.write(move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let before = commands::locked(conn, &act, id, &if_match)?;
        let tour = commands::change(conn, &act, &before, outline, &day)?;
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
