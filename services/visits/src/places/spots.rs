//! Shops that may fill a gap, and which of them are worth a look.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_kernel::UserId;
use nexus_records::Viewer;
use uuid::Uuid;

use super::model::{Place, Standing};
use super::nearby::NearbyPlace;
use super::queries::{self, Area};
use crate::rules;
use crate::rules::hours::Span;
use crate::travel::{Point, leg};
use crate::visits::queries as visits;

/// More shops than this are not looked at, those due first.
const LOOKED_AT: i64 = 600;
/// So many are measured on the roads.
const MEASURED: usize = 40;
/// A shop next door is no better than one five minutes away: parking takes as long.
const NEXT_DOOR_MINUTES: f64 = 5.0;

/// A shop that may fit in.
pub(super) struct Spot {
    pub place: Place,
    pub point: Point,
    pub minutes: i32,
    pub open: Vec<Span>,
}

impl Spot {
    pub fn fits(&self, today: NaiveDate, seconds: i64, begins: DateTime<Utc>) -> NearbyPlace {
        let place = &self.place;
        #[expect(clippy::cast_possible_truncation, reason = "at most some days")]
        let detour = ((seconds.max(0) + 30) / 60) as i32;
        NearbyPlace {
            place_id: place.id,
            client_id: place.client_id,
            client_name: place.client_name.clone(),
            place_name: place.name.clone(),
            street: place.street.clone(),
            city: place.city.clone(),
            class: place.class.clone(),
            lat: self.point.0,
            lng: self.point.1,
            urgency: (place.urgency(today) * 100.0).round() / 100.0,
            standing: Standing::of(place, today),
            last_visit_on: place.last_visit_on,
            minutes: self.minutes,
            detour_minutes: detour,
            begins_at: begins,
            ends_at: begins + TimeDelta::minutes(i64::from(self.minutes)),
            position: None,
        }
    }
}

/// Urgency for each minute of driving.
pub(super) fn worth(urgency: f64, detour_minutes: f64) -> f64 {
    urgency / (detour_minutes + NEXT_DOOR_MINUTES)
}

pub(super) fn sorted(mut items: Vec<NearbyPlace>, limit: usize) -> Vec<NearbyPlace> {
    items.sort_by(|a, b| {
        let worth = |one: &NearbyPlace| worth(one.urgency, f64::from(one.detour_minutes));
        worth(b)
            .total_cmp(&worth(a))
            .then(a.place_id.cmp(&b.place_id))
    });
    items.truncate(limit);
    items
}

/// The area around points, so many kilometres wide on each side.
pub(super) fn area(points: &[Point], km: f64) -> Area {
    let range = |values: &mut dyn Iterator<Item = f64>, margin: f64| {
        let (least, most) = values.fold((f64::MAX, f64::MIN), |(least, most), value| {
            (least.min(value), most.max(value))
        });
        (least - margin, most + margin)
    };
    let lat = range(&mut points.iter().map(|point| point.0), km / 111.0);
    let north = lat.0.abs().max(lat.1.abs()).min(85.0).to_radians();
    let lng = range(
        &mut points.iter().map(|point| point.1),
        km / (111.0 * north.cos()),
    );
    (lat, lng)
}

/// The shops in an area that nobody will visit anyway, with their hours on a day.
pub(super) fn spots(
    conn: &mut PgConnection,
    viewer: &Viewer,
    owner: UserId,
    within: Area,
    day: NaiveDate,
) -> DbResult<Vec<Spot>> {
    let (_, rules) = rules::queries::read(conn)?;
    let calendar = rules::queries::Calendar::read(conn)?;
    let found = queries::within(conn, viewer, owner, within, LOOKED_AT)?;
    let ids: Vec<Uuid> = found.iter().map(|place| place.id).collect();
    let coming = visits::places_planned(conn, &ids, day)?;
    let coming: HashSet<Uuid> = coming.into_iter().map(|(place, _)| place).collect();
    let openings = queries::openings(conn, &found, day)?;
    let spot = |(place, opening): (Place, crate::rules::hours::Opening)| {
        let holiday = calendar.is_holiday(day, place.province.as_deref(), place.city.as_deref());
        let minutes = place.visit_minutes(&rules);
        let open = opening.on(day, &rules.usual_hours, holiday);
        Some(Spot {
            point: place.point()?,
            minutes,
            open: rules.fit(open, minutes),
            place,
        })
    };
    let shops = found.into_iter().zip(openings).filter_map(spot);
    Ok(shops
        .filter(|spot| !coming.contains(&spot.place.id))
        .collect())
}

/// The most promising by a first guess of their detour, in seconds.
pub(super) fn promising(
    mut spots: Vec<Spot>,
    today: NaiveDate,
    most: i64,
    guess: impl Fn(&Spot) -> i64,
) -> Vec<Spot> {
    // The guess is none of the roads: a little over is still looked at.
    spots.retain(|spot| guess(spot) <= most + most / 4 + 120);
    let rank = |spot: &Spot| {
        let minutes = i32::try_from(guess(spot) / 60).unwrap_or(i32::MAX);
        worth(spot.place.urgency(today), f64::from(minutes))
    };
    spots.sort_by(|a, b| {
        rank(b)
            .total_cmp(&rank(a))
            .then(a.place.id.cmp(&b.place.id))
    });
    spots.truncate(MEASURED);
    spots
}

pub(super) fn seconds(a: Point, b: Point) -> i64 {
    i64::from(leg(a, b).0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_is_as_wide_as_it_is_said_to_be() {
        let ((south, north), (west, east)) = area(&[(45.0, 7.0), (45.2, 7.4)], 11.1);
        for (found, expected) in [(south, 44.9), (north, 45.3), (west, 6.858), (east, 7.542)] {
            assert!((found - expected).abs() < 0.001, "{found} for {expected}");
        }
    }

    #[test]
    fn urgency_counts_for_each_minute_of_driving() {
        assert!(worth(1.0, 0.0) > worth(1.0, 5.0));
        assert!(worth(2.0, 10.0) > worth(1.0, 4.0));
        assert!(worth(0.1, 0.0) < worth(1.0, 20.0));
    }
}
