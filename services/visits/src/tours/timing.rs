//! A day's order becomes times: what a tour by hand and a changed order need.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use diesel::PgConnection;
use nexus_db::DbResult;
use nexus_kernel::{UserId, start_of_business_day};
use nexus_problem::Problem;

use crate::agents::model::Base;
use crate::agents::queries as agents;
use crate::places::queries as places;
use crate::planner::schedule::{Call, Day, Shift, schedule};
use crate::rules;
use crate::rules::hours::Span;
use crate::travel::{Matrix, Point};
use crate::visits::model::{Visit, VisitId};
use crate::visits::queries as visits;

/// What a day's times are computed from, but for the travel times.
#[derive(Debug, Clone)]
pub struct Outline {
    pub agent_id: UserId,
    pub day: NaiveDate,
    pub visits: Vec<Visit>,
    pub start: Option<Base>,
    pub end: Option<Base>,
    /// Bases first, then the shops in their order.
    pub points: Vec<Point>,
    shift: Shift,
    calls: Vec<Call>,
}

/// Reads what is needed to time these visits in this order.
pub fn outline(
    conn: &mut PgConnection,
    agent: UserId,
    day: NaiveDate,
    order: &[VisitId],
) -> Result<Outline, Problem> {
    let found = visits::these(conn, order)?;
    let in_order: Option<Vec<Visit>> = order
        .iter()
        .map(|id| found.iter().find(|visit| visit.id == *id).cloned())
        .collect();
    let visits = in_order.ok_or_else(|| Problem::not_found("visit"))?;
    let shops: Vec<uuid::Uuid> = visits.iter().map(|visit| visit.place_id).collect();
    let shops = places::these(conn, &shops)?;
    let openings = places::openings(conn, &shops, day)?;
    let (_, rules) = rules::queries::read(conn)?;
    let calendar = rules::queries::Calendar::read(conn)?;
    let (_, hours) = agents::hours(conn, agent)?;
    let mut points: Vec<Point> = Vec::new();
    let mut base = |base: Option<&Base>| {
        let base = base?;
        points.push((base.lat, base.lng));
        Some(points.len() - 1)
    };
    let (start, end) = (base(hours.start.as_ref()), base(hours.ends_at()));
    let mut calls = Vec::with_capacity(visits.len());
    for visit in &visits {
        let shop = shops
            .iter()
            .zip(&openings)
            .find(|(place, _)| place.id == visit.place_id);
        let Some((place, opening)) = shop else {
            return Err(Problem::not_found("visit"));
        };
        let Some(point) = place.point() else {
            let detail = format!(
                "Nobody has said where {} is: give its shop a place on the map first.",
                place.client_name
            );
            return Err(Problem::conflict(
                "place-unknown",
                "A shop is nowhere on the map",
                detail,
            ));
        };
        points.push(point);
        let length = TimeDelta::minutes(i64::from(visit.minutes));
        let spans = match visit.fixed_at {
            Some(at) => vec![Span {
                from: at,
                until: at + length + TimeDelta::minutes(10),
            }],
            None => {
                let holiday =
                    calendar.is_holiday(day, place.province.as_deref(), place.city.as_deref());
                opening.on(day, &rules.usual_hours, holiday)
            }
        };
        calls.push(Call {
            location: points.len() - 1,
            spans,
            seconds: length.num_seconds(),
        });
    }
    let shift = Shift {
        // Whoever puts a tour on a day off means it.
        span: hours.on(day).unwrap_or_else(|| whole(day)),
        lunch: hours
            .lunch_on(day)
            .map(|lunch| (lunch, i64::from(hours.lunch_minutes) * 60)),
        start,
        end,
    };
    Ok(Outline {
        agent_id: agent,
        day,
        visits,
        start: hours.start.clone(),
        end: hours.ends_at().cloned(),
        points,
        shift,
        calls,
    })
}

fn whole(day: NaiveDate) -> Span {
    let until: DateTime<Utc> = day
        .succ_opt()
        .map_or(DateTime::<Utc>::MAX_UTC, start_of_business_day);
    Span {
        from: start_of_business_day(day),
        until,
    }
}

impl Outline {
    /// The times, as far as they can be kept.
    #[must_use]
    pub fn timed(&self, matrix: &Matrix) -> Day {
        schedule(&self.shift, &self.calls, matrix)
    }

    /// Whether these are still the visits that were read.
    pub fn holds(&self, conn: &mut PgConnection) -> DbResult<bool> {
        let mut ids: Vec<VisitId> = self.visits.iter().map(|visit| visit.id).collect();
        ids.sort_unstable();
        let mut then: Vec<&Visit> = self.visits.iter().collect();
        then.sort_by_key(|visit| visit.id);
        let now = visits::lock_these(conn, &ids)?;
        Ok(now.iter().eq(then))
    }
}
