//! A plan changed by hand before it is accepted: other stops, another order, pins. Our own clock times it.

use chrono::{DateTime, Utc};
use diesel::PgConnection;
use nexus_problem::{FieldErrors, IfMatch, Problem};
use nexus_records::{Act, Viewer};
use uuid::Uuid;

use super::accept::ready;
use super::draft::{PlanChange, StopDraft, TourDraft};
use super::model::{Plan, PlanId};
use super::outcome::{LeftOut, PlanOutcome, PlannedStop, PlannedTour, WhyNot};
use super::queries;
use crate::places::queries as places;
use crate::planner::problem::AGREED;
use crate::planner::schedule::Day;
use crate::planner::worth::Reason;
use crate::tours::outline::{Ahead, Outline};
use crate::tours::timing::{Resume, Wish, outline};
use crate::visits::model::VisitStatus;
use crate::visits::queries as visits;

/// A tour as it is to be, and what its times need.
pub struct Drafted {
    pub outline: Outline,
    draft: TourDraft,
}

/// What is known of a stop: from the tours, or from what was left out.
fn known<'a>(
    outcome: &'a PlanOutcome,
    stop: &StopDraft,
) -> (Option<&'a PlannedStop>, Option<&'a LeftOut>) {
    let mut stops = outcome.tours.iter().flat_map(|tour| &tour.stops);
    let mut left = outcome.left_out.iter();
    (
        stops.find(|known| known.place_id == stop.place_id),
        left.find(|known| known.place_id == stop.place_id),
    )
}

/// Reads what the times of the changed tours need.
pub fn read(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: PlanId,
    change: &PlanChange,
    now: DateTime<Utc>,
) -> Result<Vec<Drafted>, Problem> {
    let plan = queries::find(conn, viewer.user_id, id)?;
    let plan = plan.ok_or_else(|| Problem::not_found("plan"))?;
    let outcome = plan.proposed();
    let mut drafted = Vec::with_capacity(change.tours.len());
    for (at, draft) in change.tours.iter().enumerate() {
        check_draft(viewer, &plan, &outcome, draft, at)?;
        let mut wishes = Vec::with_capacity(draft.stops.len());
        for (number, stop) in draft.stops.iter().enumerate() {
            let pointer = format!("/tours/{at}/stops/{number}/place_id");
            wishes.push(wish(conn, viewer, &outcome, draft, stop, &pointer)?);
        }
        drafted.push(Drafted {
            outline: outline(conn, draft.agent_id, draft.day, &wishes, Resume::at(now))?,
            draft: draft.clone(),
        });
    }
    Ok(drafted)
}

fn check_draft(
    viewer: &Viewer,
    plan: &Plan,
    outcome: &PlanOutcome,
    draft: &TourDraft,
    at: usize,
) -> Result<(), Problem> {
    let mut errors = FieldErrors::default();
    let asked = plan.wanted();
    let asked = asked.as_ref();
    if !viewer.reaches(Some(draft.agent_id))
        || asked.is_none_or(|asked| !asked.agent_ids.contains(&draft.agent_id))
    {
        let detail = "The plan is not for this agent.";
        errors.add(format!("/tours/{at}/agent_id"), "agent_id.unknown", detail);
    }
    if asked.is_none_or(|asked| !(asked.from..=asked.until).contains(&draft.day)) {
        let detail = "The plan is not for this day.";
        errors.add(format!("/tours/{at}/day"), "day.other", detail);
    }
    let accepted = outcome.tours.iter().any(|tour| {
        (tour.agent_id, tour.day) == (draft.agent_id, draft.day) && tour.tour_id.is_some()
    });
    if accepted {
        let detail = "This tour is accepted; change it in the diary.";
        errors.add(format!("/tours/{at}/day"), "day.accepted", detail);
    }
    Ok(errors.or(())?)
}

fn wish(
    conn: &mut PgConnection,
    viewer: &Viewer,
    outcome: &PlanOutcome,
    draft: &TourDraft,
    stop: &StopDraft,
    pointer: &str,
) -> Result<Wish, Problem> {
    let (on_tour, left) = known(outcome, stop);
    let unknown = || {
        FieldErrors::one(
            pointer,
            "place_id.unknown",
            "There is no such shop for you.",
        )
    };
    let visit = on_tour
        .and_then(|known| known.visit_id)
        .or(left.and_then(|known| known.visit_id));
    let visit = match visit {
        Some(id) => visits::these(conn, &[id])?.pop(),
        None => None,
    };
    if let Some(visit) = &visit {
        if visit.status != VisitStatus::Planned || visit.agent_id != draft.agent_id {
            return Err(unknown().into());
        }
        if !crate::plans::choice::may_be_on(visit, draft.day) {
            let detail = "It was agreed for another day: change the appointment first.";
            return Err(FieldErrors::one(pointer, "visit.other_day", detail).into());
        }
    } else if on_tour.is_none() && left.is_none() {
        let place = places::find(conn, viewer, stop.place_id)?;
        place.filter(|place| !place.archived).ok_or_else(unknown)?;
    }
    Ok(Wish {
        place_id: stop.place_id,
        minutes: on_tour
            .map(|known| known.minutes)
            .or(visit.as_ref().map(|visit| visit.minutes)),
        visit,
        pinned: stop.pinned.then_some(None),
        points: on_tour.map_or(AGREED, |known| known.points),
    })
}

/// Writes the changed tours into the plan; what is on none any more is left out.
pub fn adjust(
    conn: &mut PgConnection,
    act: &Act,
    id: PlanId,
    if_match: &IfMatch,
    drafted: Vec<(Drafted, Day)>,
) -> Result<Plan, Problem> {
    let mut plan = ready(conn, act, id, if_match)?;
    let before = plan.proposed();
    let mut after = before.clone();
    for (Drafted { outline, draft }, day) in &drafted {
        after
            .tours
            .retain(|tour| (tour.agent_id, tour.day) != (draft.agent_id, draft.day));
        if !outline.ahead.is_empty() {
            after.tours.push(tour(&before, outline, day));
        }
    }
    after.tours.sort_by_key(|tour| (tour.agent_id, tour.day));
    twice(&after)?;
    settle_left(&before, &mut after);
    plan.outcome = serde_json::to_value(&after).ok();
    plan.version += 1;
    plan.updated_at = act.now;
    queries::save(conn, &plan)?;
    Ok(plan)
}

/// A visit of the diary is made once.
fn twice(outcome: &PlanOutcome) -> Result<(), Problem> {
    let stops = || outcome.tours.iter().flat_map(|tour| &tour.stops);
    for stop in stops().filter(|stop| stop.visit_id.is_some()) {
        if stops()
            .filter(|other| other.visit_id == stop.visit_id)
            .count()
            > 1
        {
            let detail = format!("{} is on two tours.", stop.client_name);
            return Err(FieldErrors::one("/tours", "items.twice", detail).into());
        }
    }
    Ok(())
}

/// What is on a tour is not left out, and what was taken off all of them is.
fn settle_left(before: &PlanOutcome, after: &mut PlanOutcome) {
    let on_tour = |outcome: &PlanOutcome, place: Uuid| {
        let mut stops = outcome.tours.iter().flat_map(|tour| &tour.stops);
        stops.any(|stop| stop.place_id == place)
    };
    let was = after.left_out.len();
    let mut left = std::mem::take(&mut after.left_out);
    left.retain(|left| !on_tour(after, left.place_id));
    after.left_out_count -= was - left.len();
    for tour in &before.tours {
        for stop in &tour.stops {
            if on_tour(after, stop.place_id) || left.iter().any(|one| one.place_id == stop.place_id)
            {
                continue;
            }
            after.left_out_count += 1;
            left.push(LeftOut {
                agent_id: tour.agent_id,
                place_id: stop.place_id,
                visit_id: stop.visit_id,
                fixed_at: None,
                client_id: stop.client_id,
                client_name: stop.client_name.clone(),
                city: stop.city.clone(),
                why: WhyNot::Removed,
                remedies: Vec::new(),
                points: stop.points,
                reasons: stop.reasons.clone(),
            });
        }
    }
    left.sort_by_key(|left| (-left.points, left.place_id));
    after.left_out = left;
}

fn tour(before: &PlanOutcome, outline: &Outline, day: &Day) -> PlannedTour {
    let stops = outline.ahead.iter().zip(&day.stops);
    let mut names = before.tours.iter();
    PlannedTour {
        agent_id: outline.agent_id,
        agent_name: names
            .find(|tour| tour.agent_id == outline.agent_id)
            .and_then(|tour| tour.agent_name.clone()),
        day: outline.day,
        start: outline.start.clone(),
        end: outline.end.clone(),
        starts_at: day.starts_at,
        ends_at: day.ends_at,
        lunch_at: day.lunch_at,
        travel_seconds: day.travel_seconds,
        distance_m: day.meters,
        waiting_seconds: day.waiting_seconds,
        late: outline.shift.misses(day).1 > 0,
        times_from: day.times_from,
        tour_id: None,
        stops: stops
            .map(|(ahead, timed)| stop(before, ahead, *timed))
            .collect(),
    }
}

fn stop(
    before: &PlanOutcome,
    ahead: &Ahead,
    timed: crate::planner::schedule::Timed,
) -> PlannedStop {
    let place = &ahead.place;
    let draft = StopDraft {
        place_id: place.id,
        pinned: ahead.pinned,
    };
    let (on_tour, left) = known(before, &draft);
    let by_hand = || vec![Reason::Agreed { points: AGREED }];
    let reasons = on_tour
        .map(|known| known.reasons.clone())
        .or(left.map(|known| known.reasons.clone()));
    let points = on_tour
        .map(|known| known.points)
        .or(left.map(|known| known.points));
    let (lat, lng) = place.point().unwrap_or_default();
    PlannedStop {
        place_id: place.id,
        visit_id: ahead.visit.as_ref().map(|visit| visit.id),
        fixed: ahead.fixed(),
        pinned: ahead.pinned,
        client_id: place.client_id,
        client_name: place.client_name.clone(),
        place_name: place.name.clone(),
        street: place.street.clone(),
        city: place.city.clone(),
        class: place.class.clone(),
        lat,
        lng,
        minutes: ahead.minutes,
        timed,
        points: points.unwrap_or(AGREED),
        reasons: reasons.unwrap_or_else(by_hand),
    }
}
