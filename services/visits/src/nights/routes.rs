use actix_web::HttpResponse;
use actix_web::web::{Data, Path, ServiceConfig, delete, get, post, resource};
use nexus_auth::Can;
use nexus_auth::can::{PlanVisits, ReadVisits};
use nexus_kernel::id::named;
use nexus_kernel::{UserId, business_day};
use nexus_problem::{ApiResult, Body, Id, Problem, new_record};
use nexus_records::{Act, Viewer};
use nexus_service::{Answer, App, OnceKey};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::commands;
use super::model::{NewStay, Stay};
use super::queries;
use crate::agents::model::Base;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/api/v1/hotels").route(get().to(hotels)))
        .service(resource("/api/v1/availability/{id}/stays").route(post().to(add)))
        .service(resource("/api/v1/availability/{id}/stays/{stay}").route(delete().to(remove)));
}

/// More than anybody chooses from.
const HOTELS_MOST: i64 = 50;

/// Places to sleep.
#[derive(Debug, Serialize, ToSchema)]
pub struct Hotels {
    items: Vec<Base>,
}

/// Where colleagues slept in the last two years, the places with the most nights first; at most 50. Who slept there is not said.
#[utoipa::path(get, path = "/api/v1/hotels", operation_id = "hotels_list", tag = "availability", security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Hotels), (status = 403, description = "None of your roles allows it")))]
async fn hotels(app: Data<App>, _who: Can<ReadVisits>) -> ApiResult<HttpResponse> {
    let today = business_day(app.now());
    let items = app
        .db
        .read(move |conn| queries::hotels(conn, today, HOTELS_MOST))
        .await?;
    Ok(HttpResponse::Ok().json(Hotels { items }))
}

/// A stay, and its id if the caller chooses it.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; its parts are read one by one"
)]
pub struct NewStayBody {
    id: Option<Uuid>,
    #[serde(flatten)]
    stay: NewStay,
}

/// A colleague sleeps away from home: the day before ends there, the day after begins there.
#[utoipa::path(post, path = "/api/v1/availability/{id}/stays", operation_id = "stays_create", tag = "availability",
    params(("id" = Uuid, Path, description = "The colleague"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = NewStayBody, security(("bearer" = [])),
    responses((status = 201, description = "Done", body = Stay), (status = 403, description = "None of your roles allows it"),
        (status = 409, description = "One of the nights is spent elsewhere")))]
async fn add(
    app: Data<App>,
    who: Can<PlanVisits>,
    once: OnceKey,
    Id(agent): Id<named::User>,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (id, new) = new_record::<Stay, NewStay>(body.value)?;
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let stay = commands::add(conn, &act, agent, id.uuid(), new)?;
        let at = format!("/api/v1/availability/{agent}/stays/{id}");
        Ok(Answer::created(at, 1, &stay)?)
    })
    .await
}

/// A colleague sleeps at home after all.
#[utoipa::path(delete, path = "/api/v1/availability/{id}/stays/{stay}", operation_id = "stays_remove", tag = "availability",
    params(("id" = Uuid, Path, description = "The colleague"), ("stay" = Uuid, Path)), security(("bearer" = [])),
    responses((status = 204, description = "Done"), (status = 403, description = "None of your roles allows it")))]
async fn remove(
    app: Data<App>,
    who: Can<PlanVisits>,
    path: Path<(String, String)>,
) -> ApiResult<HttpResponse> {
    let (agent, stay) = path.into_inner();
    let missing = || Problem::not_found("stay");
    let agent: UserId = agent.parse().map_err(|_| missing())?;
    let stay: Uuid = stay.parse().map_err(|_| missing())?;
    let now = app.now();
    app.db
        .transaction(move |conn| -> Result<(), Problem> {
            let act = Act {
                viewer: Viewer::of(conn, &who)?,
                now,
            };
            commands::remove(conn, &act, agent, stay)
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
