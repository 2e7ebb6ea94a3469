//! From the database to a problem: whose days, which shops, what each is worth.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_kernel::{UserId, start_of_business_day};
use uuid::Uuid;

use super::model::{DayOff, LeftOut, PlanRequest, WhyNot, WhyOff};
use super::queries;
use crate::agents::model::Base;
use crate::agents::queries as agents;
use crate::places::model::Place;
use crate::places::queries as places;
use crate::planner::problem::AGREED;
use crate::planner::schedule::Shift;
use crate::planner::worth::{Reason, Shop, priority, reasons};
use crate::rules;
use crate::rules::hours::Span;
use crate::tours::queries as tours;
use crate::visits::model::Visit;
use crate::visits::queries as visits;

/// More shops than one agent can look after.
const PLACES_MOST: i64 = 5_000;
/// So many shops for each visit that fits, those worth most, are left to the optimiser to choose from.
const CHOICE: usize = 3;
/// An appointment may begin so much later.
const LEEWAY: TimeDelta = TimeDelta::minutes(10);
/// Worth at least this much beside its urgency, a shop is a candidate before it is due.
const SALES_LEAST: i32 = 8;

/// A day on which an agent goes out.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkDay {
    pub day: NaiveDate,
    /// Its start and end are set once the points have places in a matrix.
    pub shift: Shift,
    pub visits_most: i32,
}

/// A shop that could be visited, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    pub place: Place,
    pub visit: Option<Visit>,
    pub point: (f64, f64),
    pub spans: Vec<Span>,
    pub minutes: i32,
    pub points: i32,
    pub reasons: Vec<Reason>,
}

/// What is known of one agent before anything is computed.
#[derive(Debug, Clone, PartialEq)]
pub struct Gathered {
    pub agent_id: UserId,
    pub agent_name: Option<String>,
    pub epoch: DateTime<Utc>,
    pub start: Option<Base>,
    pub end: Option<Base>,
    pub days: Vec<WorkDay>,
    pub wanted: Vec<Wanted>,
    pub days_off: Vec<DayOff>,
    pub left_out: Vec<LeftOut>,
}

/// Reads what one agent's plan needs.
pub fn gather(
    conn: &mut PgConnection,
    agent: UserId,
    request: &PlanRequest,
    now: DateTime<Utc>,
) -> DbResult<Gathered> {
    let (_, rules) = rules::queries::read(conn)?;
    let calendar = rules::queries::Calendar::read(conn)?;
    let hours = agents::hours_of(conn, &[agent])?
        .remove(&agent)
        .unwrap_or_default();
    let away = agents::absences(conn, &[agent], request.from, request.until)?;
    let taken: HashSet<NaiveDate> = tours::days(conn, agent, request.from, request.until)?
        .into_iter()
        .collect();
    let names = nexus_records::users::queries::names(conn, &[agent])?;
    let mut gathered = Gathered {
        agent_id: agent,
        agent_name: names.get(&agent).cloned(),
        epoch: start_of_business_day(request.from),
        start: hours.start.clone(),
        end: hours.ends_at().cloned(),
        days: Vec::new(),
        wanted: Vec::new(),
        days_off: Vec::new(),
        left_out: Vec::new(),
    };
    let all_days = request
        .from
        .iter_days()
        .take_while(|day| *day <= request.until);
    for day in all_days {
        let absent = away
            .iter()
            .any(|absence| (absence.from_day..=absence.until_day).contains(&day));
        // Whoever plans today's tour begins now.
        let work = hours
            .on(day)
            .map(|span| Span {
                from: span.from.max(now),
                ..span
            })
            .filter(|span| span.from < span.until);
        let why = match work {
            None => Some(WhyOff::NotWorking),
            Some(_) if calendar.is_holiday(day, None, None) => Some(WhyOff::Holiday),
            Some(_) if absent => Some(WhyOff::Absent),
            Some(_) if taken.contains(&day) => Some(WhyOff::HasTour),
            Some(_) => None,
        };
        match (why, work) {
            (None, Some(span)) => gathered.days.push(WorkDay {
                day,
                shift: Shift {
                    span,
                    lunch: hours
                        .lunch_on(day)
                        .map(|lunch| (lunch, i64::from(hours.lunch_minutes) * 60)),
                    start: None,
                    end: None,
                },
                visits_most: hours.visits_most,
            }),
            (why, _) => gathered.days_off.push(DayOff {
                agent_id: agent,
                day,
                why: why.unwrap_or(WhyOff::NotWorking),
            }),
        }
    }
    if gathered.days.is_empty() {
        return Ok(gathered);
    }
    let diary = visits::planned(conn, &[agent], request.from, request.until)?;
    let mut shops = places::of_owners(conn, &[agent], PLACES_MOST)?;
    let known: HashSet<Uuid> = shops.iter().map(|place| place.id).collect();
    let others: Vec<Uuid> = diary
        .iter()
        .map(|visit| visit.place_id)
        .filter(|id| !known.contains(id))
        .collect();
    shops.extend(places::these(conn, &others)?);
    let openings = places::openings(conn, &shops, request.from)?;
    let client_ids: Vec<Uuid> = shops.iter().map(|place| place.client_id).collect();
    let sales = queries::sales(conn, &client_ids, request.from)?;
    let shop_ids: Vec<Uuid> = shops.iter().map(|place| place.id).collect();
    let coming: HashSet<Uuid> = visits::places_planned(conn, &shop_ids, request.from)?
        .into_iter()
        .map(|(place, _)| place)
        .collect();
    let mut in_diary: HashMap<Uuid, Vec<Visit>> = HashMap::new();
    for visit in diary.into_iter().filter(|visit| visit.tour_id.is_none()) {
        in_diary.entry(visit.place_id).or_default().push(visit);
    }
    let mut free = Vec::new();
    for (place, opening) in shops.into_iter().zip(openings) {
        let spans_on = |day: NaiveDate| {
            let holiday =
                calendar.is_holiday(day, place.province.as_deref(), place.city.as_deref());
            opening.on(day, &rules.usual_hours, holiday)
        };
        for visit in in_diary.remove(&place.id).unwrap_or_default() {
            let spans = match visit.fixed_at {
                Some(at) => vec![Span {
                    from: at,
                    until: at + TimeDelta::minutes(i64::from(visit.minutes)) + LEEWAY,
                }],
                None => spans_on(visit.day),
            };
            let reasons = vec![Reason::Agreed { points: AGREED }];
            let minutes = visit.minutes;
            wish(
                &mut gathered,
                place.clone(),
                Some(visit),
                spans,
                minutes,
                reasons,
            );
        }
        if coming.contains(&place.id) || place.lifecycle == "lost" {
            continue;
        }
        let shop = Shop {
            class: place.class.as_deref(),
            cadence_days: place.cadence_days,
            last_visit_on: place.last_visit_on,
            known_since: place.known_since,
            urgency: place.urgency(request.until),
        };
        let of_client = sales.get(&place.client_id).copied().unwrap_or_default();
        let found = reasons(rules.weights, shop, &of_client, request.from);
        let is_urgency =
            |reason: &Reason| matches!(reason, Reason::Urgency { .. } | Reason::Never { .. });
        let sold: i32 = found
            .iter()
            .filter(|reason| !is_urgency(reason))
            .map(Reason::points)
            .sum();
        if place.due_on > request.until && sold < SALES_LEAST && !request.not_due {
            continue;
        }
        free.push((place, opening, found));
    }
    // Hours are worked out for those that have a chance, not for thousands.
    free.sort_by_key(|(place, _, found)| (-priority(found), place.due_on, place.id));
    let room: usize = gathered
        .days
        .iter()
        .map(|day| usize::try_from(day.visits_most).unwrap_or(0))
        .sum();
    for (at, (place, opening, found)) in free.into_iter().enumerate() {
        if at >= room * CHOICE {
            leave(&mut gathered, &place, None, WhyNot::NoRoom, found);
            continue;
        }
        let spans = gathered
            .days
            .iter()
            .flat_map(|work| {
                let holiday =
                    calendar.is_holiday(work.day, place.province.as_deref(), place.city.as_deref());
                opening.on(work.day, &rules.usual_hours, holiday)
            })
            .collect();
        let minutes = place.visit_minutes(&rules);
        wish(&mut gathered, place, None, spans, minutes, found);
    }
    Ok(gathered)
}

/// Puts a shop among those to choose from, or says at once why it cannot be.
fn wish(
    gathered: &mut Gathered,
    place: Place,
    visit: Option<Visit>,
    spans: Vec<Span>,
    minutes: i32,
    reasons: Vec<Reason>,
) {
    let Some(point) = place.point() else {
        return leave(gathered, &place, visit.as_ref(), WhyNot::NoPlace, reasons);
    };
    let length = TimeDelta::minutes(i64::from(minutes));
    let reaches = |span: &Span| {
        gathered.days.iter().any(|work| {
            span.until.min(work.shift.span.until) - span.from.max(work.shift.span.from) >= length
        })
    };
    let spans: Vec<Span> = spans.into_iter().filter(reaches).collect();
    if spans.is_empty() {
        return leave(gathered, &place, visit.as_ref(), WhyNot::Closed, reasons);
    }
    let points = if visit.is_some() {
        AGREED
    } else {
        priority(&reasons)
    };
    gathered.wanted.push(Wanted {
        place,
        visit,
        point,
        spans,
        minutes,
        points,
        reasons,
    });
}

fn leave(
    gathered: &mut Gathered,
    place: &Place,
    visit: Option<&Visit>,
    why: WhyNot,
    reasons: Vec<Reason>,
) {
    gathered.left_out.push(LeftOut {
        agent_id: gathered.agent_id,
        place_id: place.id,
        visit_id: visit.map(|visit| visit.id),
        client_id: place.client_id,
        client_name: place.client_name.clone(),
        city: place.city.clone(),
        why,
        points: if visit.is_some() {
            AGREED
        } else {
            priority(&reasons)
        },
        reasons,
    });
}
