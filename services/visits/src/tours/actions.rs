//! What one asks of a tour as a whole: the best order, and the rest of the day planned anew from now.

use actix_web::HttpResponse;
use actix_web::web::{Data, ServiceConfig, post, resource};
use chrono::{DateTime, Utc};
use diesel::{Connection, PgConnection};
use nexus_auth::Can;
use nexus_auth::can::PlanVisits;
use nexus_problem::{ApiResult, Body, FieldErrors, Id, IfMatch, Problem};
use nexus_records::{Act, Viewer};
use nexus_service::{Answer, App, OnceKey};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::commands;
use super::edits::{self, Edit};
use super::model::{Tour, TourId};
use super::outline::{Ahead, Outline};
use super::timing::Resume;
use super::views::{TourView, view};
use crate::planner::order::{Saved, saved};
use crate::planner::remedy::{Busy, Neighbour, Remedy, Stuck, remedies};
use crate::planner::schedule::Day;
use crate::plans::engines::Engines;
use crate::plans::worker::unavailable;
use crate::travel::Matrix;
use crate::visits::model::VisitId;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/api/v1/tours/{id}/optimise").route(post().to(optimise)))
        .service(resource("/api/v1/tours/{id}/replan").route(post().to(replan)))
        .configure(super::stops::configure);
}

/// Where somebody is. It is used for this answer and not kept.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Position {
    #[schema(example = 45.07)]
    pub lat: f64,
    #[schema(example = 7.68)]
    pub lng: f64,
}

impl Position {
    /// Latitude and longitude, if there is such a place.
    ///
    /// # Errors
    /// That there is none.
    pub fn review(self, pointer: &str) -> Result<(f64, f64), FieldErrors> {
        if self.lat.abs() <= 90.0 && self.lng.abs() <= 180.0 {
            return Ok((self.lat, self.lng));
        }
        let detail = "Latitude is -90 to 90, longitude -180 to 180.";
        Err(FieldErrors::one(pointer, "place.unknown", detail))
    }
}

/// How the rest of the day is to be planned.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Replanning {
    /// Where the agent is now; at the last stop when not given.
    position: Option<Position>,
    /// Only the times are computed anew; nothing is moved or left out.
    keep_order: bool,
    /// Only says what would come of it.
    dry_run: bool,
}

/// What a tour has no room for, or cannot keep.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NotKept {
    #[schema(value_type = Option<Uuid>)]
    visit_id: Option<VisitId>,
    place_id: Uuid,
    client_name: String,
    /// It was agreed, or pinned: it stays on the tour though its time cannot be kept.
    on_tour: bool,
    /// What would make room.
    remedies: Vec<Remedy>,
}

/// A tour after it was planned anew.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Replanned {
    tour: TourView,
    /// Visits that have no room any more, which stay in the diary; and those that stay though their time cannot be kept.
    not_kept: Vec<NotKept>,
    /// Seconds of driving that the new order saves; less than 0 when it costs.
    saved_seconds: i64,
    /// Whether the tour is so now; not after a dry run.
    applied: bool,
}

/// The best order of what is still to come. Appointments and pinned stops keep their time, and nothing is left out.
#[utoipa::path(post, path = "/api/v1/tours/{id}/optimise", operation_id = "tours_optimise", tag = "tours",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Replanned), (status = 403, description = "None of your roles allows it"),
        (status = 409, description = "The state of things is against it: `type` says what"),
        (status = 503, description = "The route optimiser does not answer, or not what was asked; the tour stays as it is")))]
async fn optimise(
    app: Data<App>,
    engines: Data<Engines>,
    who: Can<PlanVisits>,
    once: OnceKey,
    Id(id): Id<Tour>,
    if_match: IfMatch,
) -> ApiResult<HttpResponse> {
    let now = app.now();
    let (edit, matrix) = read(&app, &engines, &who, id, Resume::at(now)).await?;
    let best = engines.best_order(&edit.outline, &matrix).await;
    let best = best.map_err(|error| unavailable(&error))?;
    let decide = move |outline: &Outline, matrix: &Matrix| {
        best.unwrap_or_else(|| {
            let mut items = outline.items();
            items.iter_mut().for_each(|item| item.must = true);
            saved(&outline.shift, &items, matrix)
        })
    };
    let how = How {
        id,
        if_match,
        now,
        dry_run: false,
    };
    write(app, who, once, [0; 32], how, edit, matrix, decide).await
}

/// Plans the rest of the day anew, from now and from where the agent is. What is done or under way stays; the order changes as
/// little as keeps the hours; what has no room any more leaves the tour and is named.
#[utoipa::path(post, path = "/api/v1/tours/{id}/replan", operation_id = "tours_replan", tag = "tours",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = Replanning, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = Replanned), (status = 403, description = "None of your roles allows it"),
        (status = 409, description = "The state of things is against it: `type` says what")))]
async fn replan(
    app: Data<App>,
    engines: Data<Engines>,
    who: Can<PlanVisits>,
    once: OnceKey,
    Id(id): Id<Tour>,
    if_match: IfMatch,
    body: Body<Replanning>,
) -> ApiResult<HttpResponse> {
    let now = app.now();
    let wanted = body.value;
    let position = wanted
        .position
        .map(|position| position.review("/position"))
        .transpose()?;
    let resume = Resume {
        position,
        ..Resume::at(now)
    };
    let (edit, matrix) = read(&app, &engines, &who, id, resume).await?;
    let decide = move |outline: &Outline, matrix: &Matrix| {
        if wanted.keep_order {
            Saved {
                order: (0..outline.ahead.len()).collect(),
                dropped: Vec::new(),
                day: outline.timed(matrix),
            }
        } else {
            saved(&outline.shift, &outline.items(), matrix)
        }
    };
    let how = How {
        id,
        if_match,
        now,
        dry_run: wanted.dry_run,
    };
    write(app, who, once, body.hash, how, edit, matrix, decide).await
}

async fn read(
    app: &App,
    engines: &Engines,
    who: &Can<PlanVisits>,
    id: TourId,
    resume: Resume,
) -> Result<(Edit, Matrix), Problem> {
    let reader = who.clone();
    let edit = app
        .db
        .read(move |conn| {
            let viewer = Viewer::of(conn, &reader)?;
            edits::read(conn, &viewer, id, resume, |_, known| Ok(known))
        })
        .await?;
    let matrix = engines.matrix(&edit.outline.points).await;
    Ok((edit, matrix))
}

struct How {
    id: TourId,
    if_match: IfMatch,
    now: DateTime<Utc>,
    dry_run: bool,
}

#[expect(
    clippy::too_many_arguments,
    reason = "what a handler has, and what was read for it"
)]
async fn write(
    app: Data<App>,
    who: Can<PlanVisits>,
    once: OnceKey,
    hash: nexus_problem::BodyHash,
    how: How,
    edit: Edit,
    matrix: Matrix,
    decide: impl FnOnce(&Outline, &Matrix) -> Saved + Send + 'static,
) -> ApiResult<HttpResponse> {
    let actor = who.user_id.uuid();
    app.write_once(once, actor, hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now: how.now,
        };
        let before = commands::locked(conn, &act, how.id, &how.if_match)?;
        let found = decide(&edit.outline, &matrix);
        let dry_run = how.dry_run;
        let answer = maybe(conn, dry_run, |conn| {
            let replanned = apply(
                conn,
                &act,
                &before,
                &edit.outline,
                &matrix,
                &found,
                !dry_run,
            )?;
            Answer::record(replanned.tour.tour.version, &replanned)
        })?;
        Ok(answer)
    })
    .await
}

fn apply(
    conn: &mut PgConnection,
    act: &Act,
    before: &Tour,
    outline: &Outline,
    matrix: &Matrix,
    found: &Saved,
    applied: bool,
) -> Result<Replanned, Problem> {
    let after = outline.ordered(&found.order);
    let day = after.timed(matrix);
    let was = outline.timed(matrix);
    let not_kept = not_kept(outline, &after, &day, found, matrix);
    let tour = commands::change(conn, act, before, after, &day)?;
    Ok(Replanned {
        tour: view(conn, tour)?,
        not_kept,
        saved_seconds: was.travel_seconds - day.travel_seconds,
        applied,
    })
}

/// Does the work, and undoes it when only its answer is wanted.
#[expect(
    clippy::disallowed_methods,
    reason = "a savepoint within the transaction of the request"
)]
fn maybe(
    conn: &mut PgConnection,
    undo: bool,
    work: impl FnOnce(&mut PgConnection) -> Result<Answer, Problem>,
) -> Result<Answer, Problem> {
    enum Over {
        Undone(Answer),
        Failed(Problem),
    }
    impl From<diesel::result::Error> for Over {
        fn from(error: diesel::result::Error) -> Self {
            Self::Failed(Problem::from(nexus_db::DbError::from(error)))
        }
    }
    let done = conn.transaction(|conn| match work(conn) {
        Ok(answer) if undo => Err(Over::Undone(answer)),
        Ok(answer) => Ok(answer),
        Err(problem) => Err(Over::Failed(problem)),
    });
    match done {
        Ok(answer) | Err(Over::Undone(answer)) => Ok(answer),
        Err(Over::Failed(problem)) => Err(problem),
    }
}

fn not_kept(
    outline: &Outline,
    after: &Outline,
    day: &Day,
    found: &Saved,
    matrix: &Matrix,
) -> Vec<NotKept> {
    let neighbour = |ahead: &Ahead| Neighbour {
        visit_id: ahead.visit.as_ref().map(|visit| visit.id.uuid()),
        place_id: ahead.place.id,
        client_name: ahead.place.client_name.clone(),
        call: ahead.call.clone(),
    };
    let told = |ahead: &Ahead, on_tour: bool| {
        let others = after.ahead.iter().filter(|other| *other != ahead);
        let busy = Busy {
            day: outline.day,
            shift: outline.shift.clone(),
            stops: others.map(neighbour).collect(),
        };
        let stuck = Stuck {
            call: ahead.call.clone(),
            open: ahead.open.clone(),
        };
        NotKept {
            visit_id: ahead.visit.as_ref().map(|visit| visit.id),
            place_id: ahead.place.id,
            client_name: ahead.place.client_name.clone(),
            on_tour,
            remedies: remedies(&[busy], &stuck, matrix),
        }
    };
    let dropped = found
        .dropped
        .iter()
        .map(|at| told(&outline.ahead[*at], false));
    let rest = day.stops.iter().skip(after.head.len());
    let outside = after
        .ahead
        .iter()
        .zip(rest)
        .filter(|(_, timed)| timed.outside);
    dropped
        .chain(outside.map(|(ahead, _)| told(ahead, true)))
        .collect()
}
