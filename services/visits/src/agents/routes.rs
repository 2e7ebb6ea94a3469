use actix_web::HttpResponse;
use actix_web::web::{Data, Path, ServiceConfig, delete, get, post, put, resource};
use chrono::Days;
use diesel::PgConnection;
use nexus_auth::Can;
use nexus_auth::can::{PlanVisits, ReadVisits};
use nexus_db::DbResult;
use nexus_kernel::id::named;
use nexus_kernel::{UserId, business_day};
use nexus_problem::{ApiResult, Body, Id, IfMatch, Problem, new_record};
use nexus_records::{Act, Viewer};
use nexus_service::{Answer, App, OnceKey, tagged};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::commands::{self, HoursView, check_agent};
use super::model::{NewAbsence, WorkingHours};
use super::queries::{self, Absence};
use crate::nights::model::Stay;
use crate::nights::queries as nights;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        resource("/api/v1/availability/{id}")
            .route(get().to(show))
            .route(put().to(replace)),
    )
    .service(resource("/api/v1/availability/{id}/absences").route(post().to(add_absence)))
    .service(
        resource("/api/v1/availability/{id}/absences/{absence}").route(delete().to(remove_absence)),
    );
}

/// How far ahead absences are shown.
const AHEAD: Days = Days::new(400);

/// How somebody works, and when they are away and sleep away from today on.
#[derive(Debug, Serialize, ToSchema)]
pub struct Availability {
    #[serde(flatten)]
    hours: HoursView,
    absences: Vec<Absence>,
    /// Nights away from home.
    stays: Vec<Stay>,
}

fn availability(
    conn: &mut PgConnection,
    agent: UserId,
    today: chrono::NaiveDate,
) -> DbResult<Availability> {
    let (version, hours) = queries::hours(conn, agent)?;
    let until = today.checked_add_days(AHEAD).unwrap_or(today);
    Ok(Availability {
        hours: HoursView {
            agent_id: agent,
            version,
            hours,
        },
        absences: queries::absences(conn, &[agent], today, until)?,
        stays: nights::stays(conn, agent, today, until)?,
    })
}

/// How a colleague works: hours, break, where the day begins and ends, absences.
#[utoipa::path(get, path = "/api/v1/availability/{id}", operation_id = "availability_get", tag = "availability",
    params(("id" = Uuid, Path, description = "The colleague")), security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Availability), (status = 403, description = "None of your roles allows it")))]
async fn show(
    app: Data<App>,
    who: Can<ReadVisits>,
    Id(agent): Id<named::User>,
) -> ApiResult<HttpResponse> {
    let today = business_day(app.now());
    let found = app
        .db
        .read(move |conn| -> Result<Availability, Problem> {
            let viewer = Viewer::of(conn, &who)?;
            check_agent(conn, &viewer, agent)?;
            Ok(availability(conn, agent, today)?)
        })
        .await?;
    Ok(tagged(found.hours.version, &found)?)
}

/// Says how a colleague works, as a whole.
#[utoipa::path(put, path = "/api/v1/availability/{id}", operation_id = "availability_put", tag = "availability",
    params(("id" = Uuid, Path, description = "The colleague"), ("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    request_body = WorkingHours, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Availability), (status = 403, description = "None of your roles allows it")))]
async fn replace(
    app: Data<App>,
    who: Can<PlanVisits>,
    Id(agent): Id<named::User>,
    if_match: IfMatch,
    body: Body<WorkingHours>,
) -> ApiResult<HttpResponse> {
    let (if_match, now) = (if_match.required()?, app.now());
    app.write(move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let view = commands::replace_hours(conn, &act, agent, &if_match, body.value)?;
        Ok(Answer::record(
            view.version,
            &availability(conn, agent, business_day(now))?,
        )?)
    })
    .await
}

/// An absence, and its id if the caller chooses it.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; its parts are read one by one"
)]
pub struct NewAbsenceBody {
    id: Option<Uuid>,
    #[serde(flatten)]
    absence: NewAbsence,
}

/// A colleague will be away.
#[utoipa::path(post, path = "/api/v1/availability/{id}/absences", operation_id = "absences_create", tag = "availability",
    params(("id" = Uuid, Path, description = "The colleague"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = NewAbsenceBody, security(("bearer" = [])),
    responses((status = 201, description = "Done", body = Absence), (status = 403, description = "None of your roles allows it")))]
async fn add_absence(
    app: Data<App>,
    who: Can<PlanVisits>,
    once: OnceKey,
    Id(agent): Id<named::User>,
    body: Body<Value>,
) -> ApiResult<HttpResponse> {
    let (id, new) = new_record::<Absence, NewAbsence>(body.value)?;
    let (actor, now) = (who.user_id.uuid(), app.now());
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let absence = commands::add_absence(conn, &act, agent, id.uuid(), new)?;
        let at = format!("/api/v1/availability/{agent}/absences/{id}");
        Ok(Answer::created(at, 1, &absence)?)
    })
    .await
}

/// A colleague will be there after all.
#[utoipa::path(delete, path = "/api/v1/availability/{id}/absences/{absence}", operation_id = "absences_remove", tag = "availability",
    params(("id" = Uuid, Path, description = "The colleague"), ("absence" = Uuid, Path)), security(("bearer" = [])),
    responses((status = 204, description = "Done"), (status = 403, description = "None of your roles allows it")))]
async fn remove_absence(
    app: Data<App>,
    who: Can<PlanVisits>,
    path: Path<(String, String)>,
) -> ApiResult<HttpResponse> {
    let (agent, absence) = path.into_inner();
    let missing = || Problem::not_found("absence");
    let agent: UserId = agent.parse().map_err(|_| missing())?;
    let absence: Uuid = absence.parse().map_err(|_| missing())?;
    let now = app.now();
    app.db
        .transaction(move |conn| -> Result<(), Problem> {
            let act = Act {
                viewer: Viewer::of(conn, &who)?,
                now,
            };
            commands::remove_absence(conn, &act, agent, absence)
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
