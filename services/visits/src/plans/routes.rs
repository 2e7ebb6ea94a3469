use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, ServiceConfig, get, patch, post, resource};
use nexus_auth::Can;
use nexus_auth::can::PlanVisits;
use nexus_kernel::{UserId, business_day};
use nexus_problem::{ApiResult, Body, Id, IfMatch, Problem, Query, new_record};
use nexus_records::{Act, Viewer};
use nexus_service::{Answer, App, OnceKey, tagged};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::draft::PlanChange;
use super::engines::Engines;
use super::model::{Plan, PlanId, PlanLine, PlanRequest, PlanStatus};
use super::{accept, adjust, queries, worker};
use crate::agents::commands::check_agent;
use crate::tours::views::{TourView, views};

/// The longest that a reader waits for news: the gateway gives up on an answer that stays away for five seconds.
const WAIT_MOST: u64 = 4;
/// Whoever waits for a plan that another replica makes looks so often.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// More plans at once are a mistake.
const WAITING_MOST: i64 = 5;
/// So many plans are listed.
const LISTED: i64 = 20;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        resource("/api/v1/plans")
            .route(get().to(list))
            .route(post().to(create)),
    )
    .service(
        resource("/api/v1/plans/{id}")
            .route(get().to(show))
            .route(patch().to(adjusted)),
    )
    .service(resource("/api/v1/plans/{id}/cancel").route(post().to(cancel)))
    .service(resource("/api/v1/plans/{id}/accept").route(post().to(take)));
}

/// What to plan, and the plan's id if the caller chooses it.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; its parts are read one by one"
)]
pub struct NewPlan {
    id: Option<Uuid>,
    #[serde(flatten)]
    request: PlanRequest,
}

/// Starts planning tours; the answer comes at once, the plan a moment later.
#[utoipa::path(post, path = "/api/v1/plans", operation_id = "plans_create", tag = "plans",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = NewPlan, security(("bearer" = [])),
    responses((status = 201, description = "Done", body = Plan), (status = 403, description = "None of your roles allows it"),
        (status = 409, description = "The state of things is against it: `type` says what")))]
async fn create(
    app: Data<App>,
    who: Can<PlanVisits>,
    once: OnceKey,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (id, request) = new_record::<Plan, PlanRequest>(body.value)?;
    let (actor, now) = (who.user_id.uuid(), app.now());
    let request = request.review(business_day(now), who.user_id)?;
    let answer = app
        .write_once(once, actor, body.hash, move |conn| {
            let viewer = Viewer::of(conn, &who)?;
            for agent in &request.agent_ids {
                check_agent(conn, &viewer, *agent)?;
            }
            if queries::waiting(conn, who.user_id)? >= WAITING_MOST {
                let detail = "You have plans in the making; wait for one, or cancel it.";
                return Err(
                    Problem::conflict("plans-waiting", "Too many plans at once", detail).into(),
                );
            }
            let plan = Plan {
                id,
                version: 1,
                status: PlanStatus::Queued,
                request: serde_json::to_value(&request).unwrap_or_default(),
                progress: 0,
                outcome: None,
                problem: None,
                created_by: who.user_id,
                created_at: now,
                updated_at: now,
                unowned: viewer.reaches(None),
                agent_days: request.agent_days(),
            };
            queries::insert(conn, &plan).map_err(|error| {
                error.on_constraint("plans_pkey", || {
                    Problem::conflict(
                        "id-taken",
                        "This id is taken",
                        "Another record has this id.",
                    )
                })
            })?;
            Ok(Answer::created(format!("/api/v1/plans/{id}"), 1, &plan)?)
        })
        .await?;
    worker::ring();
    Ok(answer)
}

/// One's own last plans.
#[derive(Debug, Serialize, ToSchema)]
pub struct Plans {
    items: Vec<PlanLine>,
}

/// One's own last twenty plans, the newest first, without the tours they propose.
#[utoipa::path(get, path = "/api/v1/plans", operation_id = "plans_list", tag = "plans", security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Plans), (status = 403, description = "None of your roles allows it")))]
async fn list(app: Data<App>, who: Can<PlanVisits>) -> ApiResult<Json<Plans>> {
    let by = who.user_id;
    let items = app
        .db
        .read(move |conn| queries::latest(conn, by, LISTED))
        .await?;
    Ok(Json(Plans { items }))
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ShowQuery {
    /// Seconds to wait until the plan is made, 4 at most.
    #[serde(default)]
    wait: u64,
}

/// A plan of one's own: how far it is, and the tours once it is ready. Other people's plans are theirs alone.
#[utoipa::path(get, path = "/api/v1/plans/{id}", operation_id = "plans_get", tag = "plans",
    params(("id" = Uuid, Path), ShowQuery), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Plan), (status = 403, description = "None of your roles allows it")))]
async fn show(
    app: Data<App>,
    who: Can<PlanVisits>,
    Id(id): Id<Plan>,
    Query(query): Query<ShowQuery>,
) -> ApiResult<HttpResponse> {
    let until = tokio::time::Instant::now() + Duration::from_secs(query.wait.min(WAIT_MOST));
    let by = who.user_id;
    loop {
        let moved = worker::moved();
        let plan = app
            .db
            .read(move |conn| queries::find(conn, by, id))
            .await?
            .ok_or_else(|| Problem::not_found("plan"))?;
        let made = !matches!(plan.status, PlanStatus::Queued | PlanStatus::Running);
        let left = until.saturating_duration_since(tokio::time::Instant::now());
        if made || left.is_zero() {
            return Ok(tagged(plan.version, &plan)?);
        }
        // Another replica may be making it, so one looks from time to time.
        let _moved = tokio::time::timeout(left.min(LOOK_EVERY), moved).await;
    }
}

/// Stops making a plan, or throws it away.
#[utoipa::path(post, path = "/api/v1/plans/{id}/cancel", operation_id = "plans_cancel", tag = "plans",
    params(("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Plan), (status = 403, description = "None of your roles allows it"),
        (status = 409, description = "The state of things is against it: `type` says what")))]
async fn cancel(
    app: Data<App>,
    who: Can<PlanVisits>,
    once: OnceKey,
    Id(id): Id<Plan>,
) -> ApiResult<HttpResponse> {
    let (by, now) = (who.user_id, app.now());
    app.write_once(once, by.uuid(), [0; 32], move |conn| {
        let mut plan = queries::lock(conn, by, id)?.ok_or_else(|| Problem::not_found("plan"))?;
        if plan.status == PlanStatus::Accepted {
            let detail = "Its tours are in the diary; change them there.";
            return Err(Problem::conflict("plan-accepted", "This plan is accepted", detail).into());
        }
        plan.status = PlanStatus::Cancelled;
        plan.version += 1;
        plan.updated_at = now;
        queries::save(conn, &plan)?;
        Ok(Answer::record(plan.version, &plan)?)
    })
    .await
    .inspect(|_| worker::told())
}

/// Changes a plan before it is accepted: each tour that is named has these stops in this order from now on, and its times follow.
/// What leaves the tours is named among what is left out; no optimiser is needed.
#[utoipa::path(patch, path = "/api/v1/plans/{id}", operation_id = "plans_adjust", tag = "plans",
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    request_body = PlanChange, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Plan), (status = 403, description = "None of your roles allows it"),
        (status = 409, description = "The state of things is against it: `type` says what")))]
async fn adjusted(
    app: Data<App>,
    engines: Data<Engines>,
    who: Can<PlanVisits>,
    Id(id): Id<Plan>,
    if_match: IfMatch,
    body: Body<PlanChange>,
) -> ApiResult<HttpResponse> {
    let (if_match, now) = (if_match.required()?, app.now());
    let change = body.value;
    change.review()?;
    let reader = who.clone();
    let read = app
        .db
        .read(move |conn| {
            let viewer = Viewer::of(conn, &reader)?;
            adjust::read(conn, &viewer, id, &change, now)
        })
        .await?;
    let mut timed = Vec::with_capacity(read.len());
    for draft in read {
        let matrix = engines.matrix(&draft.outline.points).await;
        let day = draft.outline.timed(&matrix);
        timed.push((draft, day));
    }
    app.write(move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let plan = adjust::adjust(conn, &act, id, &if_match, timed)?;
        Ok(Answer::record(plan.version, &plan)?)
    })
    .await
}

/// Which of the proposed tours to take.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = PlanAcceptance)]
pub struct Acceptance {
    /// Only these days; all when not given. The others can be accepted later.
    pub days: Vec<chrono::NaiveDate>,
    /// Only these agents; all when not given.
    #[schema(value_type = Vec<Uuid>)]
    pub agent_ids: Vec<UserId>,
}

/// The tours that a plan became.
#[derive(Debug, Serialize, ToSchema)]
pub struct Accepted {
    plan: AcceptedPlan,
    tours: Vec<TourView>,
}

/// A plan's id and version.
#[derive(Debug, Serialize, ToSchema)]
pub struct AcceptedPlan {
    #[schema(value_type = Uuid)]
    id: PlanId,
    version: i64,
    /// `ready` while there are tours that were not accepted.
    status: PlanStatus,
}

/// Takes the plan's tours into the diary. When one of its days has got a tour meanwhile, nothing is taken, and it is said which.
#[utoipa::path(post, path = "/api/v1/plans/{id}/accept", operation_id = "plans_accept", tag = "plans",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = Acceptance, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Accepted), (status = 403, description = "None of your roles allows it"),
        (status = 409, description = "The state of things is against it: `type` says what")))]
async fn take(
    app: Data<App>,
    who: Can<PlanVisits>,
    once: OnceKey,
    Id(id): Id<Plan>,
    if_match: IfMatch,
    body: Body<Acceptance>,
) -> ApiResult<HttpResponse> {
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let (plan, tours) = accept::accept(conn, &act, id, &if_match, &body.value)?;
        let tours = views(conn, tours)?;
        let accepted = Accepted {
            plan: AcceptedPlan {
                id,
                version: plan.version,
                status: plan.status,
            },
            tours,
        };
        Ok(Answer::record(plan.version, &accepted)?)
    })
    .await
}
