//! A stop as a plan tells of it.

use super::choice::Wanted;
use super::gather::Ground;
use super::outcome::PlannedStop;
use crate::planner::problem::AGREED;
use crate::planner::schedule::Timed;

/// What was wanted, with its times.
#[must_use]
pub fn stop(ground: &Ground, one: &Wanted, timed: Timed) -> PlannedStop {
    let place = &ground.shops[one.shop].place;
    let fixed = one
        .visit
        .as_ref()
        .is_some_and(|visit| visit.fixed_at.is_some());
    PlannedStop {
        place_id: place.id,
        visit_id: one.visit.as_ref().map(|visit| visit.id),
        fixed,
        pinned: fixed,
        client_id: place.client_id,
        client_name: place.client_name.clone(),
        place_name: place.name.clone(),
        street: place.street.clone(),
        city: place.city.clone(),
        class: place.class.clone(),
        lat: one.point.0,
        lng: one.point.1,
        minutes: one.minutes,
        timed,
        points: one.points.max(if one.visit.is_some() { AGREED } else { 0 }),
        reasons: one.reasons.clone(),
    }
}
