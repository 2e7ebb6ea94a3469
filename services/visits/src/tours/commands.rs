//! Lock, decide, save, announce; for whole days.

use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_outbox::announce;
use nexus_problem::{FieldErrors, IfMatch, Problem};
use nexus_records::Act;
use serde_json::{Value, json};

use super::diary::{put_stops, rows, settle};
use super::model::{Stop, Tour, TourId};
use super::outline::Outline;
use super::queries;
use crate::planner::schedule::Day;
use crate::planner::worth::Reason;
use crate::visits::commands as visits;
use crate::visits::model::{Visit, VisitId, VisitStatus};
use crate::visits::queries as visit_rows;

/// Longer days there are not.
pub const STOPS_MOST: usize = 40;

/// A new tour; the day must be free.
pub fn insert(conn: &mut PgConnection, tour: &Tour) -> Result<(), Problem> {
    queries::insert(conn, tour).map_err(|error| {
        error.on_constraint("tours_agent_day", || {
            let detail = format!(
                "There is a tour on {} already. Change that one, or take it away first.",
                tour.day
            );
            Problem::conflict("tour-exists", "This day has a tour", detail)
        })
    })
}

/// The event of a tour: what it was planned to be, for the figures.
pub fn tell(
    conn: &mut PgConnection,
    act: &Act,
    kind: &'static str,
    before: Option<&Tour>,
    after: &Tour,
    stops: &[Stop],
) -> DbResult<()> {
    let fact = act.fact(kind, after.id.uuid(), after.version, before, after);
    announce(conn, &fact.with("stops", json!(stops)))
}

pub fn small(value: i64) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}

fn with_times(tour: Tour, outline: &Outline, day: &Day) -> Tour {
    Tour {
        start_place: json!(outline.start),
        end_place: json!(outline.end),
        starts_at: day.starts_at,
        ends_at: day.ends_at,
        travel_seconds: small(day.travel_seconds),
        distance_m: small(day.meters),
        waiting_seconds: small(day.waiting_seconds),
        lunch_at: day.lunch_at.or(tour.lunch_at),
        late: outline.shift.misses(day).1 > 0,
        times_from: day.times_from,
        ..tour
    }
}

pub fn outdated() -> Problem {
    let detail = "A visit has changed meanwhile. Look again.";
    Problem::conflict("tour-outdated", "The diary has changed", detail)
}

/// Whether these visits can be on this tour: of this agent and day, still to come or begun, on no other.
fn check(conn: &mut PgConnection, outline: &Outline, tour: TourId) -> Result<(), Problem> {
    if !outline.holds(conn)? {
        return Err(outdated());
    }
    let mut errors = FieldErrors::default();
    let ahead = outline.ahead.iter().filter_map(|one| one.visit.as_ref());
    for (at, visit) in ahead.enumerate() {
        let fits = visit.agent_id == outline.agent_id
            && visit.day == outline.day
            && visit.tour_id.is_none_or(|of| of == tour.uuid())
            && visit.status == VisitStatus::Planned;
        if !fits {
            let detail = "A tour has visits of its agent and day that are to come and on no other.";
            errors.add(format!("/visit_ids/{at}"), "visit_ids.other", detail);
        }
    }
    Ok(errors.or(())?)
}

/// Puts a tour together by hand.
pub fn create(
    conn: &mut PgConnection,
    act: &Act,
    id: TourId,
    mut outline: Outline,
    day: &Day,
) -> Result<Tour, Problem> {
    check(conn, &outline, id)?;
    let tour = Tour {
        id,
        version: 1,
        agent_id: outline.agent_id,
        day: outline.day,
        plan_id: None,
        start_place: Value::Null,
        end_place: Value::Null,
        starts_at: day.starts_at,
        ends_at: day.ends_at,
        travel_seconds: 0,
        distance_m: 0,
        waiting_seconds: 0,
        created_by: act.viewer.user_id,
        created_at: act.now,
        updated_at: act.now,
        lunch_at: None,
        late: false,
        times_from: day.times_from,
    };
    let tour = with_times(tour, &outline, day);
    insert(conn, &tour)?;
    settle(conn, act, &mut outline)?;
    let stops = rows(id, &outline, day, &[]);
    put_stops(conn, act, &tour, &stops)?;
    tell(conn, act, "visits.tour.created.v1", None, &tour, &stops)?;
    Ok(tour)
}

/// Another order, more stops or fewer, other times.
pub fn change(
    conn: &mut PgConnection,
    act: &Act,
    before: &Tour,
    outline: Outline,
    day: &Day,
) -> Result<Tour, Problem> {
    change_with(conn, act, before, outline, day, Vec::new())
}

/// The same; what comes from another tour brings its reasons along from the stops that it had there.
pub fn change_with(
    conn: &mut PgConnection,
    act: &Act,
    before: &Tour,
    mut outline: Outline,
    day: &Day,
    left: Vec<Stop>,
) -> Result<Tour, Problem> {
    check(conn, &outline, before.id)?;
    settle(conn, act, &mut outline)?;
    let mut known = queries::stops(conn, &[before.id])?;
    known.extend(left);
    let next = Tour {
        version: before.version + 1,
        updated_at: act.now,
        ..before.clone()
    };
    let after = with_times(next, &outline, day);
    let stops = rows(before.id, &outline, day, &known);
    queries::save(conn, &after)?;
    put_stops(conn, act, &after, &stops)?;
    tell(
        conn,
        act,
        "visits.tour.changed.v1",
        Some(before),
        &after,
        &stops,
    )?;
    Ok(after)
}

/// The same; a tour that nothing is left of ends.
pub fn change_or_end(
    conn: &mut PgConnection,
    act: &Act,
    before: &Tour,
    outline: Outline,
    day: &Day,
) -> Result<(), Problem> {
    if outline.head.is_empty() && outline.ahead.is_empty() {
        put_stops(conn, act, before, &[])?;
        return Ok(end(conn, act, before)?);
    }
    change(conn, act, before, outline, day).map(drop)
}

/// A visit that gets another day or agent is on its tour no more; the last one takes the tour with it.
pub fn leave(conn: &mut PgConnection, act: &Act, visit: &mut Visit) -> DbResult<()> {
    let Some(tour) = visit.tour_id.take().map(TourId::from_uuid) else {
        return Ok(());
    };
    visit.expected_at = None;
    queries::delete_stop(conn, tour, visit.id)?;
    match queries::lock(conn, &act.viewer, tour)? {
        Some(tour) if queries::stops(conn, &[tour.id])?.is_empty() => end(conn, act, &tour),
        _ => Ok(()),
    }
}

fn end(conn: &mut PgConnection, act: &Act, tour: &Tour) -> DbResult<()> {
    queries::delete(conn, tour.id)?;
    let after = Tour {
        version: tour.version + 1,
        ..tour.clone()
    };
    tell(
        conn,
        act,
        "visits.tour.withdrawn.v1",
        Some(tour),
        &after,
        &[],
    )
}

/// The tour, held until the transaction ends, if it is the version that the caller read.
pub fn locked(
    conn: &mut PgConnection,
    act: &Act,
    id: TourId,
    if_match: &IfMatch,
) -> Result<Tour, Problem> {
    let tour = queries::lock(conn, &act.viewer, id)?.ok_or_else(|| Problem::not_found("tour"))?;
    if if_match.allows(tour.version) {
        Ok(tour)
    } else {
        Err(Problem::stale(&tour))
    }
}

/// Whether a stop is there only because a plan proposed it.
fn plan_wanted(reasons: &Value) -> bool {
    let reasons: Vec<Reason> = serde_json::from_value(reasons.clone()).unwrap_or_default();
    let agreed = |reason: &Reason| matches!(reason, Reason::Agreed { .. });
    !reasons.is_empty() && !reasons.iter().any(agreed)
}

/// Takes a tour away. Appointments and what people put into the diary stay there in the diary; visits that only the plan wanted are cancelled.
pub fn withdraw(
    conn: &mut PgConnection,
    act: &Act,
    id: TourId,
    if_match: &IfMatch,
) -> Result<(), Problem> {
    let tour = locked(conn, act, id, if_match)?;
    let stops = queries::stops(conn, &[id])?;
    put_stops(conn, act, &tour, &[])?;
    let of_plan: Vec<VisitId> = stops
        .iter()
        .filter(|stop| plan_wanted(&stop.reasons))
        .map(|stop| stop.visit_id)
        .collect();
    for visit in visit_rows::these(conn, &of_plan)? {
        if visit.fixed_at.is_none() && visit.status == VisitStatus::Planned {
            let any = IfMatch::any();
            visits::fall(
                conn,
                act,
                visit.id,
                &any,
                VisitStatus::Cancelled,
                Some("Giro ritirato"),
            )?;
        }
    }
    Ok(end(conn, act, &tour)?)
}
