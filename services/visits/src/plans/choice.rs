//! What the days of a part of a plan are chosen from: what was agreed for them, and the shops that are worth most. Pure.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use chrono::{NaiveDate, TimeDelta};
use uuid::Uuid;

use super::gather::{Ground, Known, WorkDay};
use super::outcome::{LeftOut, WhyNot};
use crate::agents::model::Base;
use crate::planner::problem::AGREED;
use crate::planner::worth::{Reason, Shop, priority, reasons};
use crate::rules::hours::Span;
use crate::rules::model::urgency;
use crate::tours::timing::agreed_span;
use crate::travel::{Point, estimate};
use crate::visits::model::{Visit, VisitId};

/// So many working days are planned together; the weeks of a longer plan follow each other.
const DAYS_TOGETHER: usize = 5;
/// So many shops for each visit that fits are left to the optimiser to choose from.
const CHOICE: usize = 3;
/// Worth at least this much beside its urgency, a shop is a candidate before it is due.
const SALES_LEAST: i32 = 8;
/// What was agreed and can wait for a later week has this much.
const CAN_WAIT: i32 = 99;

/// A shop that could be visited, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// Its place in the ground's list.
    pub shop: usize,
    pub visit: Option<Visit>,
    pub point: Point,
    /// When a visit may take place; none when something is against it, which is said then.
    pub spans: Vec<Span>,
    pub minutes: i32,
    pub points: i32,
    pub reasons: Vec<Reason>,
}

/// What has been decided in the parts before.
#[derive(Debug, Default)]
pub struct Decided {
    /// The days on which this plan visits shops, by their places in the list.
    pub planned: HashMap<usize, Vec<NaiveDate>>,
    /// Visits of the diary that are on a tour.
    pub kept: HashSet<VisitId>,
    /// Shops that were worth a visit and got none, with the reason; the last word counts.
    pub without: HashMap<usize, (WhyNot, Vec<Reason>)>,
    pub coming: HashSet<usize>,
    pub not_due: HashSet<usize>,
}

/// Whether two visits to a shop are far enough from each other: by half its usual distance at least.
#[must_use]
pub fn apart(one: NaiveDate, other: NaiveDate, cadence_days: i32) -> bool {
    (one - other).num_days().abs() * 2 >= i64::from(cadence_days)
}

/// Whether a visit on this day would not come too close to one that is in the diary.
fn has_distance(shop: &Known, day: NaiveDate) -> bool {
    let mut coming = shop.coming.iter();
    coming.all(|other| apart(day, *other, shop.place.cadence_days))
}

/// The parts of a plan: working weeks.
#[must_use]
pub fn parts(days: &[WorkDay]) -> Vec<Range<usize>> {
    let mut parts: Vec<Range<usize>> = Vec::new();
    for (at, work) in days.iter().enumerate() {
        match parts.last_mut() {
            Some(part)
                if part.len() < DAYS_TOGETHER
                    && (work.day - days[part.start].day).num_days() < 7 =>
            {
                part.end = at + 1;
            }
            _ => parts.push(at..at + 1),
        }
    }
    parts
}

/// What the days of a part are chosen from.
#[must_use]
pub fn wanted(ground: &Ground, part: &Range<usize>, decided: &mut Decided) -> Vec<Wanted> {
    let days = &ground.days[part.clone()];
    let mut chosen = agreed(ground, part, decided);
    let mut free = candidates(ground, days, decided);
    let room: usize = days
        .iter()
        .map(|day| usize::try_from(day.visits_most).unwrap_or(0))
        .sum();
    free.sort_by_key(|one| (-one.points, ground.shops[one.shop].place.due_on, one.shop));
    let mut free: Vec<Wanted> = near_each_other(free, room, decided);
    for one in &mut free {
        let shop = &ground.shops[one.shop];
        let spans = days
            .iter()
            .filter(|work| has_distance(shop, work.day))
            .flat_map(|work| ground.open(shop, work.day, one.minutes));
        one.spans = reachable(spans.collect(), days, one.minutes);
    }
    free.retain(|one| {
        let far = too_far(one, days);
        let why = match (far, one.spans.is_empty()) {
            (true, _) => WhyNot::TooFar,
            (_, true) => WhyNot::Closed,
            _ => return true,
        };
        let told = (why, one.reasons.clone());
        decided.without.insert(one.shop, told);
        false
    });
    chosen.extend(free);
    chosen
}

/// The visits of the diary that may take place in these days.
fn agreed(ground: &Ground, part: &Range<usize>, decided: &Decided) -> Vec<Wanted> {
    let days = &ground.days[part.clone()];
    let mut found = Vec::new();
    for (visit, at) in &ground.agreed {
        let Some(last) = last_part_day(ground, visit) else {
            continue;
        };
        let shop = &ground.shops[*at];
        let here = days.iter().any(|work| may_be_on(visit, work.day));
        let Some(point) = shop.place.point().filter(|_| here) else {
            continue;
        };
        if decided.kept.contains(&visit.id) {
            continue;
        }
        let can_wait = days.last().is_some_and(|work| work.day < last);
        let points = if can_wait { CAN_WAIT } else { AGREED };
        found.push(Wanted {
            shop: *at,
            visit: Some(visit.clone()),
            point,
            spans: reachable(agreed_spans(ground, visit, shop, days), days, visit.minutes),
            minutes: visit.minutes,
            points,
            reasons: vec![Reason::Agreed { points: AGREED }],
        });
    }
    found
}

/// Whether a visit of the diary may be made on a day.
#[must_use]
pub fn may_be_on(visit: &Visit, day: NaiveDate) -> bool {
    (visit.day..=visit.until_day.unwrap_or(visit.day)).contains(&day)
}

/// The last of the plan's days on which it may be made.
fn last_part_day(ground: &Ground, visit: &Visit) -> Option<NaiveDate> {
    let mut days = ground.days.iter().rev().map(|work| work.day);
    days.find(|day| may_be_on(visit, *day))
}

/// When a visit of the diary may take place, in these days.
#[must_use]
pub fn agreed_spans(ground: &Ground, visit: &Visit, shop: &Known, days: &[WorkDay]) -> Vec<Span> {
    let length = TimeDelta::minutes(i64::from(visit.minutes));
    match visit.fixed_at {
        Some(at) => vec![agreed_span(at, visit.leeway_minutes, length)],
        None => days
            .iter()
            .filter(|work| may_be_on(visit, work.day))
            .flat_map(|work| ground.open(shop, work.day, visit.minutes))
            .collect(),
    }
}

/// Those spans in which somebody at work finds time for the whole visit.
fn reachable(spans: Vec<Span>, days: &[WorkDay], minutes: i32) -> Vec<Span> {
    let length = TimeDelta::minutes(i64::from(minutes));
    let reaches = |span: &Span| {
        days.iter().any(|work| {
            let (from, until) = (work.shift.span.from, work.shift.span.until);
            span.until.min(until) - span.from.max(from) >= length
        })
    };
    spans.into_iter().filter(reaches).collect()
}

/// Shops with a reason to go there in these days, without hours yet.
fn candidates(ground: &Ground, days: &[WorkDay], decided: &mut Decided) -> Vec<Wanted> {
    let (Some(first), Some(last)) = (days.first(), days.last()) else {
        return Vec::new();
    };
    let (first, last) = (first.day, last.day);
    let mut found = Vec::new();
    for (at, shop) in ground.shops.iter().enumerate() {
        let place = &shop.place;
        if place.lifecycle == "lost" || place.archived {
            continue;
        }
        let planned = decided.planned.get(&at).map(Vec::as_slice);
        let coming = || shop.coming.iter().chain(planned.unwrap_or_default());
        let too_soon = !days.iter().any(|work| has_distance(shop, work.day));
        if too_soon || coming().any(|day| *day >= first) {
            decided.coming.insert(at);
            continue;
        }
        let seen = coming().copied().chain(place.last_visit_on).max();
        let due_on = ground
            .rules
            .due_on(place.cadence_days, seen, place.known_since);
        let known = Shop {
            class: place.class.as_deref(),
            cadence_days: place.cadence_days,
            last_visit_on: seen,
            known_since: place.known_since,
            urgency: urgency(last, place.cadence_days, seen, place.known_since),
        };
        let why = reasons(ground.rules.weights, known, &shop.sales, first);
        let is_sales =
            |reason: &&Reason| !matches!(reason, Reason::Urgency { .. } | Reason::Never { .. });
        let sold: i32 = why.iter().filter(is_sales).map(Reason::points).sum();
        let visited = coming().next().is_some();
        if due_on > last && (visited || (sold < SALES_LEAST && !ground.not_due)) {
            decided.not_due.insert(at);
            continue;
        }
        decided.not_due.remove(&at);
        let Some(point) = place.point() else {
            decided.without.insert(at, (WhyNot::NoPlace, why));
            continue;
        };
        found.push(Wanted {
            shop: at,
            visit: None,
            point,
            spans: Vec::new(),
            minutes: place.visit_minutes(&ground.rules),
            points: priority(&why),
            reasons: why,
        });
    }
    found
}

/// So many that the optimiser has something to choose from: two thirds are worth most, and a third lies close to those, for a
/// visit on the way costs little. The list is sorted by worth.
fn near_each_other(mut sorted: Vec<Wanted>, room: usize, decided: &mut Decided) -> Vec<Wanted> {
    let most = room * CHOICE;
    if sorted.len() <= most {
        return sorted;
    }
    let rest = sorted.split_off(room * CHOICE * 2 / 3);
    let mut rest: Vec<(i64, Wanted)> = rest
        .into_iter()
        .map(|one| {
            let nearest = sorted
                .iter()
                .map(|best| crow(best.point, one.point))
                .min_by(f64::total_cmp)
                .unwrap_or(0.0);
            // A kilometre apart weighs as much as a point.
            #[expect(clippy::cast_possible_truncation, reason = "half the equator at most")]
            let far = (nearest * 10.0) as i64;
            (far - i64::from(one.points) * 10, one)
        })
        .collect();
    rest.sort_by_key(|(rank, one)| (*rank, one.shop));
    for (_, one) in rest.split_off(most - sorted.len()) {
        decided
            .without
            .insert(one.shop, (WhyNot::NoRoom, one.reasons));
    }
    sorted.extend(rest.into_iter().map(|(_, one)| one));
    sorted
}

/// Kilometres on a flat map: good enough to say what is near.
fn crow(a: Point, b: Point) -> f64 {
    let north = (a.0 - b.0) * 111.2;
    let east = (a.1 - b.1) * 111.2 * a.0.to_radians().cos();
    north.hypot(east)
}

/// Whether going there and back takes longer than any of these days.
fn too_far(one: &Wanted, days: &[WorkDay]) -> bool {
    let point = |base: &Option<Base>| {
        let base = base.as_ref();
        base.map_or(one.point, |base| (base.lat, base.lng))
    };
    // The estimate is none of the roads: only what is far off any of them is not asked.
    let fits = |work: &WorkDay| {
        let ways = estimate(&[point(&work.start), one.point, point(&work.end)]).seconds;
        let least = i64::from(ways[0][1] + ways[1][2]) / 2 + i64::from(one.minutes) * 60;
        least <= (work.shift.span.until - work.shift.span.from).num_seconds()
    };
    !days.iter().any(fits)
}

/// How a shop that is on no tour is told of.
#[must_use]
pub fn left(ground: &Ground, shop: usize, why: WhyNot, reasons: Vec<Reason>) -> LeftOut {
    let place = &ground.shops[shop].place;
    LeftOut {
        agent_id: ground.agent_id,
        place_id: place.id,
        visit_id: None,
        fixed_at: None,
        client_id: place.client_id,
        client_name: place.client_name.clone(),
        city: place.city.clone(),
        why,
        remedies: Vec::new(),
        points: priority(&reasons),
        reasons,
    }
}

/// The ids of shops, for whoever has only their places.
#[must_use]
pub fn id(ground: &Ground, shop: usize) -> Uuid {
    ground.shops[shop].place.id
}
