//! From a proposal to the diary: tours and visits, all or none.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use diesel::PgConnection;
use nexus_kernel::business_day;
use nexus_problem::{FieldErrors, IfMatch, Problem};
use nexus_records::Act;
use serde_json::json;
use uuid::Uuid;

use super::choice::{apart, may_be_on};
use super::model::{Plan, PlanId, PlanStatus};
use super::outcome::{PlannedStop, PlannedTour};
use super::queries;
use super::routes::Acceptance;
use crate::agents::queries as agents;
use crate::places::queries as places;
use crate::tours::commands::{self as tours, small};
use crate::tours::diary;
use crate::tours::model::{Stop, Tour};
use crate::visits::commands as visits;
use crate::visits::model::{Visit, VisitFields, VisitId, VisitStatus};

/// Takes proposed tours into the diary: those asked for that are not there yet, all of them or none.
pub fn accept(
    conn: &mut PgConnection,
    act: &Act,
    id: PlanId,
    if_match: &IfMatch,
    which: &Acceptance,
) -> Result<(Plan, Vec<Tour>), Problem> {
    let mut plan = ready(conn, act, id, if_match)?;
    let mut outcome = plan.proposed();
    let wanted = |tour: &PlannedTour| {
        (which.days.is_empty() || which.days.contains(&tour.day))
            && (which.agent_ids.is_empty() || which.agent_ids.contains(&tour.agent_id))
    };
    let mut taken = Vec::new();
    for planned in outcome.tours.iter_mut().filter(|tour| wanted(tour)) {
        if planned.tour_id.is_some() || planned.stops.is_empty() {
            continue;
        }
        if !act.viewer.reaches(Some(planned.agent_id)) {
            return Err(Problem::not_found("plan"));
        }
        let tour = take(conn, act, id, planned)?;
        planned.tour_id = Some(tour.id.uuid());
        taken.push(tour);
    }
    if taken.is_empty() {
        let detail = "No tour of this plan that is not accepted yet is on these days.";
        return Err(Problem::conflict(
            "plan-nothing",
            "There is nothing to accept",
            detail,
        ));
    }
    let open = |tour: &PlannedTour| tour.tour_id.is_none() && !tour.stops.is_empty();
    if !outcome.tours.iter().any(open) {
        plan.status = PlanStatus::Accepted;
    }
    plan.outcome = serde_json::to_value(&outcome).ok();
    plan.version += 1;
    plan.updated_at = act.now;
    queries::save(conn, &plan)?;
    Ok((plan, taken))
}

/// A plan that can still be changed or accepted, held until the transaction ends.
pub fn ready(
    conn: &mut PgConnection,
    act: &Act,
    id: PlanId,
    if_match: &IfMatch,
) -> Result<Plan, Problem> {
    let plan = queries::lock(conn, act.viewer.user_id, id)?;
    let plan = plan.ok_or_else(|| Problem::not_found("plan"))?;
    if !if_match.allows(plan.version) {
        return Err(Problem::stale(&plan));
    }
    if plan.status != PlanStatus::Ready {
        let detail =
            "Only a plan that is ready can be changed or accepted, and each tour only once.";
        return Err(Problem::conflict(
            "plan-not-ready",
            "This plan is not open",
            detail,
        ));
    }
    Ok(plan)
}

fn take(
    conn: &mut PgConnection,
    act: &Act,
    plan: PlanId,
    planned: &PlannedTour,
) -> Result<Tour, Problem> {
    let tour = Tour {
        id: nexus_kernel::RecordId::new(),
        version: 1,
        agent_id: planned.agent_id,
        day: planned.day,
        plan_id: Some(plan.uuid()),
        start_place: serde_json::to_value(&planned.start).unwrap_or_default(),
        end_place: serde_json::to_value(&planned.end).unwrap_or_default(),
        starts_at: planned.starts_at,
        ends_at: planned.ends_at,
        travel_seconds: small(planned.travel_seconds),
        distance_m: small(planned.distance_m),
        waiting_seconds: small(planned.waiting_seconds),
        created_by: act.viewer.user_id,
        created_at: act.now,
        updated_at: act.now,
        lunch_at: planned.lunch_at,
        late: planned.late,
        times_from: planned.times_from,
    };
    check_day(conn, act, planned)?;
    // First the day, which only one tour can have; then what is on it.
    tours::insert(conn, &tour)?;
    check_shops(conn, act, plan, planned)?;
    let known = in_diary(conn, planned)?;
    let mut stops = Vec::with_capacity(planned.stops.len());
    for (position, stop) in (0..).zip(&planned.stops) {
        let visit = match stop.visit_id {
            Some(id) => on_day(conn, act, &known[&id], planned.day)?,
            None => visits::create(
                conn,
                act,
                VisitId::new(),
                VisitFields {
                    agent_id: Some(planned.agent_id),
                    minutes: Some(stop.minutes),
                    ..VisitFields::on(stop.place_id, planned.day)
                },
            )?,
        };
        stops.push(Stop {
            tour_id: tour.id,
            position,
            visit_id: visit.id,
            arrives_at: stop.timed.arrives_at,
            waiting_seconds: small(stop.timed.waiting_seconds),
            leaves_at: stop.timed.leaves_at,
            leg_seconds: small(stop.timed.leg_seconds),
            leg_meters: small(stop.timed.leg_meters),
            pinned: stop.pinned,
            reasons: serde_json::to_value(&stop.reasons).unwrap_or_default(),
            outside: stop.timed.outside,
        });
    }
    diary::put_stops(conn, act, &tour, &stops)?;
    tours::tell(conn, act, "visits.tour.accepted.v1", None, &tour, &stops)?;
    Ok(tour)
}

/// The visits that were in the diary when the plan was made. One that has changed since was planned for nothing.
fn in_diary(
    conn: &mut PgConnection,
    planned: &PlannedTour,
) -> Result<HashMap<VisitId, Visit>, Problem> {
    let wanted: BTreeMap<VisitId, &PlannedStop> = planned
        .stops
        .iter()
        .filter_map(|stop| Some((stop.visit_id?, stop)))
        .collect();
    let ids: Vec<VisitId> = wanted.keys().copied().collect();
    let known = crate::visits::queries::lock_these(conn, &ids)?;
    let as_planned = |visit: &Visit| {
        let stop = wanted.get(&visit.id);
        visit.status == VisitStatus::Planned
            && visit.tour_id.is_none()
            && visit.agent_id == planned.agent_id
            && may_be_on(visit, planned.day)
            && stop.is_some_and(|stop| {
                stop.fixed == visit.fixed_at.is_some() && stop.minutes == visit.minutes
            })
    };
    let stands = |id: &VisitId| {
        known
            .iter()
            .any(|visit| visit.id == *id && as_planned(visit))
    };
    if let Some((_, stop)) = wanted.iter().find(|(id, _)| !stands(id)) {
        let detail = "An appointment was moved or cancelled after this plan was made. Plan again.";
        return Err(outdated(
            planned.day,
            Some(stop.place_id),
            "plan.appointment_changed",
            detail,
        ));
    }
    Ok(known.into_iter().map(|visit| (visit.id, visit)).collect())
}

/// A visit that may be made on several days is made on this one.
fn on_day(
    conn: &mut PgConnection,
    act: &Act,
    visit: &Visit,
    day: NaiveDate,
) -> Result<Visit, Problem> {
    if visit.day == day {
        return Ok(visit.clone());
    }
    let patch = json!({"day": day});
    visits::change(conn, act, visit.id, &IfMatch::any(), &patch)
}

/// The pointer names the day, and the shop where it is about one.
fn outdated(
    day: NaiveDate,
    place: Option<Uuid>,
    code: &'static str,
    detail: impl Into<String>,
) -> Problem {
    let detail = detail.into();
    let place = place.map(|id| format!("/{id}")).unwrap_or_default();
    let errors = FieldErrors::one(&format!("/days/{day}{place}"), code, detail.as_str());
    Problem::conflict("plan-outdated", "The diary has changed", detail).with_errors(errors)
}

/// Nobody goes out on a day that is over, or on which they are away by now.
fn check_day(conn: &mut PgConnection, act: &Act, planned: &PlannedTour) -> Result<(), Problem> {
    let day = planned.day;
    if day < business_day(act.now) {
        let detail = format!("{day} is over. Plan again.");
        return Err(outdated(day, None, "plan.day_over", detail));
    }
    if agents::absences(conn, &[planned.agent_id], day, day)?.is_empty() {
        return Ok(());
    }
    let who = planned.agent_name.as_deref().unwrap_or("The agent");
    let detail = format!("{who} is away on {day} by now. Plan again, or accept the other days.");
    Err(outdated(day, None, "plan.agent_away", detail))
}

/// A shop that somebody else will visit by now is not visited twice within its interval.
fn check_shops(
    conn: &mut PgConnection,
    act: &Act,
    plan: PlanId,
    planned: &PlannedTour,
) -> Result<(), Problem> {
    let new = planned.stops.iter().filter(|stop| stop.visit_id.is_none());
    let mut ids: Vec<Uuid> = new.map(|stop| stop.place_id).collect();
    ids.sort_unstable();
    // Whoever accepts these shops at the same moment waits here.
    let shops = places::lock_these(conn, &ids)?;
    let today = business_day(act.now);
    for (place, day) in queries::coming_otherwise(conn, &ids, plan.uuid(), today)? {
        let Some(shop) = shops.iter().find(|shop| shop.id == place) else {
            continue;
        };
        if !apart(day, planned.day, shop.cadence_days) {
            let detail = format!(
                "Somebody will visit {} on {day} already. Plan again, or take it off the tour.",
                shop.client_name
            );
            let code = "plan.shop_taken";
            return Err(outdated(planned.day, Some(shop.id), code, detail));
        }
    }
    match shops.iter().find(|shop| shop.archived) {
        Some(gone) => {
            let detail = format!("{} was put away. Plan again.", gone.client_name);
            let code = "plan.shop_archived";
            Err(outdated(planned.day, Some(gone.id), code, detail))
        }
        None => Ok(()),
    }
}
