//! Somebody is in the shop. Where they are they say if they want to and the company keeps it: at that moment and never else. A
//! check-in is a fact: one that was wrong is corrected by another.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::PgConnection;
use nexus_problem::{FieldErrors, IfMatch, Problem, required_text};
use nexus_records::Act;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::commands::{locked, missing, place_of, tell};
use super::model::{Visit, VisitId};
use super::queries::{self, CheckIn};
use super::report::review_past;
use crate::places::model::Place;
use crate::rules;
use crate::rules::model::VisitRules;
use crate::travel::crow_meters;

/// A position that a phone found so long before or after is of somewhere else.
const FIX_SECONDS: i64 = 120;
/// A phone that had no signal tells a check-in within so many days.
const BACK_DAYS: i64 = 31;

/// When somebody came, and where they are, if they choose to say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Arrival {
    /// When it was; now when not given. A phone without signal tells it later.
    pub at: Option<DateTime<Utc>>,
    pub lat: Option<f64>,
    pub lng: Option<f64>,
    /// How exact the position is.
    pub accuracy_m: Option<i32>,
    /// When the phone found the position: within two minutes of `at`. Goes with it.
    pub position_at: Option<DateTime<Utc>>,
}

/// An arrival as it is kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arrived {
    pub at: DateTime<Utc>,
    pub position: Option<Position>,
}

/// Where somebody said they are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position {
    pub lat: f64,
    pub lng: f64,
    pub accuracy_m: Option<i32>,
}

impl Arrival {
    /// Checks it by the company's rules.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn review(self, rules: &VisitRules, now: DateTime<Utc>) -> Result<Arrived, FieldErrors> {
        let mut errors = FieldErrors::default();
        review_past(&mut errors, "/at", self.at, now, BACK_DAYS);
        let at = self.at.unwrap_or(now).min(now);
        if self.lat.is_some() != self.lng.is_some() {
            let detail = "Give latitude and longitude, or neither.";
            errors.add("/lat", "place.unknown", detail);
        }
        let position = self.lat.zip(self.lng).map(|(lat, lng)| Position {
            lat,
            lng,
            accuracy_m: self.accuracy_m,
        });
        if let Some(position) = position {
            self.review_position(&mut errors, position, rules, at);
        }
        errors.or(Arrived { at, position })
    }

    fn review_position(
        self,
        errors: &mut FieldErrors,
        position: Position,
        rules: &VisitRules,
        at: DateTime<Utc>,
    ) {
        if !rules.positions {
            let detail = "Your company does not keep positions: check in without one.";
            errors.add("/lat", "position.off", detail);
        }
        if position.lat.abs() > 90.0 || position.lng.abs() > 180.0 {
            let detail = "Latitude is -90 to 90, longitude -180 to 180.";
            errors.add("/lat", "place.unknown", detail);
        }
        if position
            .accuracy_m
            .is_some_and(|meters| !(0..=100_000).contains(&meters))
        {
            errors.add("/accuracy_m", "number.range", "Give 0 to 100,000.");
        }
        let fresh = |found: DateTime<Utc>| (found - at).abs() <= TimeDelta::seconds(FIX_SECONDS);
        match self.position_at {
            Some(found) if fresh(found) => {}
            Some(_) => {
                let detail = "This position is not of the moment of the check-in. Find it again.";
                errors.add("/position_at", "position.stale", detail);
            }
            None => errors.add(
                "/position_at",
                "required",
                "Say when the phone found the position.",
            ),
        }
    }
}

impl Position {
    /// The row's position: as coarse as the company wants it, how far from the shop that is, and whether it is there.
    #[must_use]
    pub fn kept(self, place: &Place, rules: &VisitRules) -> (Self, Option<i32>, Option<bool>) {
        let factor = 10_f64.powi(rules.position_decimals);
        let coarse = |degrees: f64| (degrees * factor).round() / factor;
        let kept = Self {
            lat: coarse(self.lat),
            lng: coarse(self.lng),
            ..self
        };
        let Some(shop) = place.point() else {
            return (kept, None, None);
        };
        // The phone's own doubt counts for the person.
        let radius =
            rules.check_in_radius_m + self.accuracy_m.unwrap_or(0).min(rules.check_in_radius_m);
        let inside = crow_meters((self.lat, self.lng), shop) <= radius;
        (
            kept,
            Some(crow_meters((kept.lat, kept.lng), shop)),
            Some(inside),
        )
    }
}

fn row(act: &Act, visit: &Visit, arrived: Arrived, place: &Place, rules: &VisitRules) -> CheckIn {
    let kept = arrived.position.map(|position| position.kept(place, rules));
    let position = kept.map(|(position, _, _)| position);
    CheckIn {
        id: Uuid::now_v7(),
        visit_id: visit.id,
        agent_id: visit.agent_id,
        at: arrived.at,
        lat: position.map(|position| position.lat),
        lng: position.map(|position| position.lng),
        accuracy_m: position.and_then(|position| position.accuracy_m),
        distance_m: kept.and_then(|(_, distance, _)| distance),
        inside: kept.and_then(|(_, _, inside)| inside),
        corrects: None,
        reason: None,
        created_by: act.viewer.user_id,
        created_at: act.now,
    }
}

/// Only oneself says where one is.
fn own_position(act: &Act, visit: &Visit, arrived: &Arrived) -> Result<(), FieldErrors> {
    if arrived.position.is_some() && visit.agent_id != act.viewer.user_id {
        let detail = "Only whoever makes the visit says where they are.";
        return Err(FieldErrors::one("/lat", "position.other", detail));
    }
    Ok(())
}

/// Somebody is in the shop.
pub fn check_in(
    conn: &mut PgConnection,
    act: &Act,
    id: VisitId,
    if_match: &IfMatch,
    arrival: Arrival,
) -> Result<Visit, Problem> {
    let before = locked(conn, act, id, if_match)?;
    let (_, rules) = rules::queries::read(conn)?;
    let arrived = arrival.review(&rules, act.now)?;
    own_position(act, &before, &arrived)?;
    let place = place_of(conn, &before)?;
    let after = before.begun(arrived.at, act.now)?;
    queries::save(conn, &after)?;
    queries::insert_check_in(conn, &row(act, &before, arrived, &place, &rules))?;
    let kind = "visits.visit.started.v1";
    tell(conn, act, kind, Some(&before), &after, &place)?;
    Ok(after)
}

/// What was wrong with a check-in.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// Why: pressed too late, in the wrong shop.
    pub reason: String,
    /// When it really was; as it was said when not given.
    #[serde(default)]
    pub at: Option<DateTime<Utc>>,
}

/// The check-in was wrong: another row says so, and what is right. Where somebody was is not said a second time.
pub fn correct(
    conn: &mut PgConnection,
    act: &Act,
    id: VisitId,
    if_match: &IfMatch,
    correction: &Correction,
) -> Result<Visit, Problem> {
    let mut errors = FieldErrors::default();
    let reason = required_text(&mut errors, "/reason", &correction.reason, 300);
    review_past(&mut errors, "/at", correction.at, act.now, BACK_DAYS);
    errors.or(())?;
    let before = locked(conn, act, id, if_match)?;
    let last = queries::check_ins(conn, id)?.pop();
    let at = correction.at.map(|at| at.min(act.now));
    let at = at.or(before.started_at).unwrap_or(act.now);
    let after = before.begun_otherwise(at, act.now)?;
    let Some(last) = last else {
        return Err(super::model::Refusal::NotBegun.into());
    };
    let place = crate::places::queries::find_any(conn, before.place_id)?.ok_or_else(missing)?;
    queries::save(conn, &after)?;
    queries::insert_check_in(
        conn,
        &CheckIn {
            id: Uuid::now_v7(),
            at,
            lat: None,
            lng: None,
            accuracy_m: None,
            distance_m: None,
            inside: None,
            corrects: Some(last.id),
            reason: Some(reason),
            created_by: act.viewer.user_id,
            created_at: act.now,
            ..last
        },
    )?;
    let kind = "visits.visit.check_in_corrected.v1";
    tell(conn, act, kind, Some(&before), &after, &place)?;
    Ok(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn rules(positions: bool) -> VisitRules {
        VisitRules {
            positions,
            check_in_radius_m: 200,
            position_decimals: 3,
            ..VisitRules::default()
        }
    }

    fn here() -> Arrival {
        Arrival {
            lat: Some(45.0703),
            lng: Some(7.6869),
            accuracy_m: Some(20),
            position_at: Some(at("2026-11-24T09:59:30Z")),
            ..Arrival::default()
        }
    }

    #[test]
    fn a_position_is_taken_only_where_the_company_wants_it_and_of_that_moment() {
        let now = at("2026-11-24T10:00:00Z");
        let wrong = |arrival: Arrival, positions| {
            let errors = arrival.review(&rules(positions), now).err();
            let errors = errors.map(|errors| errors.0).into_iter().flatten();
            errors.map(|error| error.code).collect::<Vec<_>>()
        };
        let none: [&str; 0] = [];
        assert_eq!(wrong(here(), true), none);
        assert_eq!(wrong(here(), false), ["position.off"]);
        assert_eq!(wrong(Arrival::default(), false), none);
        let told = |change: fn(&mut Arrival)| {
            let mut arrival = here();
            change(&mut arrival);
            wrong(arrival, true)
        };
        assert_eq!(told(|one| one.lng = None), ["place.unknown"]);
        assert_eq!(told(|one| one.lat = Some(91.0)), ["place.unknown"]);
        assert_eq!(told(|one| one.accuracy_m = Some(-1)), ["number.range"]);
        assert_eq!(told(|one| one.position_at = None), ["required"]);
        let old = told(|one| one.position_at = Some(at("2026-11-24T09:57:59Z")));
        assert_eq!(old, ["position.stale"]);
        // Told later, by a phone that had no signal: what counts is the moment of the check-in.
        assert_eq!(
            told(|one| {
                one.at = Some(at("2026-11-23T16:00:00Z"));
                one.position_at = Some(at("2026-11-23T15:59:00Z"));
            }),
            none
        );
        assert_eq!(
            told(|one| one.at = Some(at("2026-11-24T10:20:00Z")))[0],
            "time.future"
        );
        assert_eq!(
            told(|one| one.at = Some(at("2026-09-24T10:20:00Z")))[0],
            "time.long_ago"
        );
    }

    #[test]
    fn a_position_is_kept_as_coarsely_as_the_company_wants() {
        let mut place = Place::new(Uuid::nil(), Uuid::nil(), "2026-01-01".parse().unwrap());
        let position = Position {
            lat: 45.07031,
            lng: 7.68689,
            accuracy_m: Some(20),
        };
        let (kept, distance, inside) = position.kept(&place, &rules(true));
        assert_eq!((kept.lat, kept.lng), (45.07, 7.687));
        assert_eq!((distance, inside), (None, None));
        // 190 m and 230 m to the north; the phone says ± 20 m.
        for (lat, expected) in [(45.07202, true), (45.07220, true), (45.07239, false)] {
            (place.lat, place.lng) = (Some(lat), Some(7.68689));
            let (_, distance, inside) = position.kept(&place, &rules(true));
            assert_eq!(inside, Some(expected), "{lat} {distance:?}");
            assert!(distance.is_some_and(|meters| (150..350).contains(&meters)));
        }
    }
}
