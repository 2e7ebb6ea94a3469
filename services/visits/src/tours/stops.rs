//! One stop more, where it costs least; one stop less. A visit may come from another day's tour.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, ServiceConfig, delete, post, resource};
use diesel::PgConnection;
use nexus_auth::Can;
use nexus_auth::can::PlanVisits;
use nexus_problem::{ApiResult, Body, IfMatch, Problem, Query};
use nexus_records::{Act, Viewer};
use nexus_service::{Answer, App, OnceKey};
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;

use super::commands::{self, STOPS_MOST};
use super::edits::{self, Edit};
use super::model::{Tour, TourId};
use super::new_stop::NewStop;
use super::outline::Outline;
use super::queries;
use super::timing::{Resume, Wish};
use super::views::{TourView, view};
use crate::planner::order::cheapest;
use crate::planner::schedule::{Call, Day};
use crate::plans::engines::Engines;
use crate::travel::Matrix;
use crate::visits::commands as visits;
use crate::visits::model::{Visit, VisitId, VisitStatus};
use crate::visits::queries as visit_rows;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(resource("/api/v1/tours/{id}/stops").route(post().to(add)))
        .service(resource("/api/v1/tours/{id}/stops/{visit}").route(delete().to(remove)));
}

/// What was read to add a stop: the tour with the new stop last, and the tour that it leaves.
struct Addition {
    to: Edit,
    from: Option<Edit>,
}

fn read_addition(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: TourId,
    wanted: &NewStop,
    resume: Resume,
) -> Result<Addition, Problem> {
    let new = wanted.wish(conn, viewer)?;
    let moved = new.visit.clone();
    let to = edits::read(conn, viewer, id, resume, |_, mut known| {
        if known.len() >= STOPS_MOST {
            let detail = format!("A tour has at most {STOPS_MOST} stops.");
            return Err(Problem::conflict("tour-full", "This tour is full", detail));
        }
        known.push(new);
        Ok(known)
    })?;
    let Some(visit) = moved else {
        return Ok(Addition { to, from: None });
    };
    check_moves(&visit, &to.tour)?;
    let other = visit.tour_id.map(TourId::from_uuid);
    let from = other
        .map(|other| {
            edits::read(conn, viewer, other, resume, |_, known| {
                Ok(without(known, visit.id))
            })
        })
        .transpose()?;
    Ok(Addition { to, from })
}

fn without(known: Vec<Wish>, gone: VisitId) -> Vec<Wish> {
    let stays = |wish: &Wish| wish.visit.as_ref().is_none_or(|visit| visit.id != gone);
    known.into_iter().filter(stays).collect()
}

fn check_moves(visit: &Visit, to: &Tour) -> Result<(), Problem> {
    if visit.status != VisitStatus::Planned {
        let detail = "Only a visit that is still to come can be put on a tour.";
        return Err(Problem::conflict(
            "visit-begun",
            "This visit is not to come",
            detail,
        ));
    }
    if visit.tour_id == Some(to.id.uuid()) {
        let detail = "It is on this tour already.";
        return Err(Problem::conflict(
            "stop-exists",
            "This stop is there",
            detail,
        ));
    }
    if visit.fixed_at.is_some() && visit.day != to.day {
        let detail = "It is an appointment on another day: give it another time first.";
        return Err(Problem::conflict(
            "visit-fixed",
            "An appointment has its day",
            detail,
        ));
    }
    Ok(())
}

/// The new stop, last in the list, at its place.
fn placed(outline: &Outline, position: Option<usize>, matrix: &Matrix) -> Outline {
    let last = outline.ahead.len() - 1;
    let calls: Vec<Call> = outline.ahead[..last]
        .iter()
        .map(|ahead| ahead.call.clone())
        .collect();
    let at = match position {
        Some(position) => position.saturating_sub(outline.head.len()).min(last),
        None => cheapest(&outline.shift, &calls, &outline.ahead[last].call, 0, matrix).0,
    };
    let mut order: Vec<usize> = (0..last).collect();
    order.insert(at, last);
    outline.ordered(&order)
}

/// Puts one stop more on a tour, where it costs least or where it is told to. A visit of another day or tour leaves that one,
/// whose times follow; an appointment stays on its day.
#[utoipa::path(post, path = "/api/v1/tours/{id}/stops", operation_id = "tours_add_stop", tag = "tours",
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version you read"), ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable")),
    request_body = NewStop, security(("bearer" = [])),
    responses((status = 200, description = "Done", body = TourView), (status = 403, description = "None of your roles allows it"),
        (status = 409, description = "The state of things is against it: `type` says what")))]
async fn add(
    app: Data<App>,
    engines: Data<Engines>,
    who: Can<PlanVisits>,
    once: OnceKey,
    nexus_problem::Id(id): nexus_problem::Id<Tour>,
    if_match: IfMatch,
    body: Body<NewStop>,
) -> ApiResult<HttpResponse> {
    let (wanted, now) = (body.value, app.now());
    wanted.review()?;
    let (actor, reader, position) = (who.user_id.uuid(), who.clone(), wanted.position);
    let read = app
        .db
        .read(move |conn| {
            let viewer = Viewer::of(conn, &reader)?;
            read_addition(conn, &viewer, id, &wanted, Resume::at(now))
        })
        .await?;
    let matrix = engines.matrix(&read.to.outline.points).await;
    let from = match read.from {
        None => None,
        Some(edit) => {
            let matrix = engines.matrix(&edit.outline.points).await;
            let day = edit.outline.timed(&matrix);
            Some((edit, day))
        }
    };
    let outline = placed(&read.to.outline, position, &matrix);
    let day = outline.timed(&matrix);
    app.write_once(once, actor, body.hash, move |conn| {
        let act = Act {
            viewer: Viewer::of(conn, &who)?,
            now,
        };
        let tour = take_in(conn, &act, id, &if_match, outline, &day, from)?;
        let version = tour.version;
        Ok(Answer::record(version, &view(conn, tour)?)?)
    })
    .await
}

fn take_in(
    conn: &mut PgConnection,
    act: &Act,
    id: TourId,
    if_match: &IfMatch,
    mut outline: Outline,
    day: &Day,
    from: Option<(Edit, Day)>,
) -> Result<Tour, Problem> {
    let before = commands::locked(conn, act, id, if_match)?;
    if !outline.holds(conn)? {
        return Err(commands::outdated());
    }
    let mut left = Vec::new();
    if let Some((edit, day)) = from {
        let other = commands::locked(conn, act, edit.tour.id, &IfMatch::any())?;
        left = queries::stops(conn, &[other.id])?;
        commands::change_or_end(conn, act, &other, edit.outline, &day)?;
    }
    for ahead in &mut outline.ahead {
        let Some(visit) = &ahead.visit else { continue };
        let fits = (visit.agent_id, visit.day) == (before.agent_id, before.day);
        if !fits || visit.tour_id.is_some_and(|tour| tour != id.uuid()) {
            ahead.visit = Some(moved(conn, act, visit.id, &before)?);
        }
    }
    commands::change_with(conn, act, &before, outline, day, left)
}

/// The visit as one of this tour's agent and day.
fn moved(conn: &mut PgConnection, act: &Act, id: VisitId, to: &Tour) -> Result<Visit, Problem> {
    let now = visit_rows::lock_these(conn, &[id])?.pop();
    let now = now.ok_or_else(|| Problem::not_found("visit"))?;
    if (now.agent_id, now.day) == (to.agent_id, to.day) {
        return Ok(now);
    }
    let patch = json!({"agent_id": to.agent_id, "day": to.day});
    visits::change(conn, act, id, &IfMatch::any(), &patch)
}

/// What becomes of the visit.
#[derive(Debug, Clone, Copy, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct Removal {
    /// `true`: the visit is cancelled; else it stays in the diary.
    cancel: bool,
}

/// Takes a stop off a tour. The visit stays in the diary, or is cancelled; the last stop takes the tour with it.
#[utoipa::path(delete, path = "/api/v1/tours/{id}/stops/{visit}", operation_id = "tours_remove_stop", tag = "tours",
    params(("id" = Uuid, Path), ("visit" = Uuid, Path), Removal, ("If-Match" = String, Header, description = "The ETag of the version you read, or *")),
    security(("bearer" = [])),
    responses((status = 204, description = "Done"), (status = 403, description = "None of your roles allows it"),
        (status = 409, description = "The state of things is against it: `type` says what")))]
async fn remove(
    app: Data<App>,
    engines: Data<Engines>,
    who: Can<PlanVisits>,
    path: Path<(TourId, VisitId)>,
    Query(how): Query<Removal>,
    if_match: IfMatch,
) -> ApiResult<HttpResponse> {
    let (if_match, now) = (if_match.required()?, app.now());
    let ((id, visit), reader) = (path.into_inner(), who.clone());
    let edit = app
        .db
        .read(move |conn| {
            let viewer = Viewer::of(conn, &reader)?;
            edits::read(conn, &viewer, id, Resume::at(now), |_, known| {
                let before = known.len();
                let rest = without(known, visit);
                if rest.len() == before {
                    return Err(Problem::not_found("stop"));
                }
                Ok(rest)
            })
        })
        .await?;
    let outline = edit.outline;
    let matrix = engines.matrix(&outline.points).await;
    let day = outline.timed(&matrix);
    app.db
        .transaction(move |conn| -> Result<(), Problem> {
            let act = Act {
                viewer: Viewer::of(conn, &who)?,
                now,
            };
            let before = commands::locked(conn, &act, id, &if_match)?;
            check_removable(conn, id, visit)?;
            commands::change_or_end(conn, &act, &before, outline, &day)?;
            if how.cancel {
                let any = IfMatch::any();
                visits::fall(conn, &act, visit, &any, VisitStatus::Cancelled, None)?;
            }
            Ok(())
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

fn check_removable(conn: &mut PgConnection, tour: TourId, visit: VisitId) -> Result<(), Problem> {
    let on_tour = queries::stops(conn, &[tour])?;
    let held = visit_rows::lock_these(conn, &[visit])?.pop();
    match held.filter(|_| on_tour.iter().any(|stop| stop.visit_id == visit)) {
        None => Err(Problem::not_found("stop")),
        Some(held) if matches!(held.status, VisitStatus::UnderWay | VisitStatus::Done) => {
            let detail = "What was made stays part of the day.";
            Err(Problem::conflict(
                "visit-begun",
                "This visit has begun",
                detail,
            ))
        }
        Some(_) => Ok(()),
    }
}
