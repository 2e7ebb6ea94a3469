//! What would make room for a visit that was agreed and cannot be kept.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::order::cheapest;
use super::schedule::{Call, Day, Shift};
use crate::rules::hours::Span;
use crate::travel::Matrix;

/// More times to choose from help nobody.
const TIMES_MOST: usize = 3;
/// A day is not made longer than by this.
const LONGER_MOST: TimeDelta = TimeDelta::hours(3);
/// A shorter visit than this is none.
const LEAST_SECONDS: i64 = 600;

/// One way to make room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Remedy {
    /// It fits at this time.
    OtherTime { at: DateTime<Utc> },
    /// It fits when the agent works so many minutes longer on that day.
    LongerDay { day: NaiveDate, minutes: i64 },
    /// It fits when it takes so many minutes.
    Shorter { minutes: i64 },
    /// It fits when this other visit is moved.
    MoveOther {
        visit_id: Option<Uuid>,
        place_id: Uuid,
        client_name: String,
        at: DateTime<Utc>,
    },
    /// Somebody has to say where the shop is.
    GivePlace,
    /// The shop is never open long enough on these days: another day, or other hours.
    OtherDay,
}

/// Somebody else's visit on a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbour {
    pub visit_id: Option<Uuid>,
    pub place_id: Uuid,
    pub client_name: String,
    pub call: Call,
}

/// A day as it is planned.
#[derive(Debug, Clone, PartialEq)]
pub struct Busy {
    pub day: NaiveDate,
    pub shift: Shift,
    pub stops: Vec<Neighbour>,
}

impl Busy {
    fn calls(&self) -> Vec<Call> {
        self.stops.iter().map(|stop| stop.call.clone()).collect()
    }

    fn with(&self, call: &Call, matrix: &Matrix) -> (usize, Day) {
        cheapest(&self.shift, &self.calls(), call, 0, matrix)
    }
}

/// A visit without room.
#[derive(Debug, Clone, PartialEq)]
pub struct Stuck {
    /// As it was agreed.
    pub call: Call,
    /// When its shop is open, on any of the days.
    pub open: Vec<Span>,
}

fn begins(day: &Day, at: usize) -> DateTime<Utc> {
    let stop = &day.stops[at];
    stop.arrives_at + TimeDelta::seconds(stop.waiting_seconds)
}

/// What would make room, the gentlest first: another time, a longer day, a shorter visit, another visit moved.
#[must_use]
pub fn remedies(days: &[Busy], stuck: &Stuck, matrix: &Matrix) -> Vec<Remedy> {
    let mut found = other_times(days, stuck, matrix);
    let own = days.iter().find(|busy| {
        let work = &busy.shift.span;
        stuck
            .call
            .spans
            .iter()
            .any(|span| span.from < work.until + LONGER_MOST && work.from < span.until)
    });
    if let Some(own) = own {
        found.extend(longer_day(own, stuck, matrix));
        found.extend(shorter(own, stuck, matrix));
        found.extend(move_other(own, stuck, matrix));
    }
    if found.is_empty() {
        found.push(Remedy::OtherDay);
    }
    found
}

/// The earliest time on each day at which the shop is open and nothing else suffers.
fn other_times(days: &[Busy], stuck: &Stuck, matrix: &Matrix) -> Vec<Remedy> {
    let times = days.iter().filter_map(|busy| {
        let spans: Vec<Span> = stuck
            .open
            .iter()
            .filter(|span| span.from < busy.shift.span.until && busy.shift.span.from < span.until)
            .copied()
            .collect();
        let call = Call {
            spans,
            ..stuck.call.clone()
        };
        let (at, day) = busy.with(&call, matrix);
        let at = begins(&day, at);
        day.keeps.then_some(Remedy::OtherTime { at })
    });
    times.take(TIMES_MOST).collect()
}

fn longer_day(own: &Busy, stuck: &Stuck, matrix: &Matrix) -> Option<Remedy> {
    let work = own.shift.span;
    let longer = Busy {
        shift: Shift {
            span: Span {
                until: work.until + LONGER_MOST,
                ..work
            },
            ..own.shift.clone()
        },
        ..own.clone()
    };
    let (_, day) = longer.with(&stuck.call, matrix);
    let over = (day.ends_at - work.until).num_seconds();
    (day.keeps && over > 0).then(|| Remedy::LongerDay {
        day: own.day,
        minutes: (over + 59) / 60,
    })
}

fn shorter(own: &Busy, stuck: &Stuck, matrix: &Matrix) -> Option<Remedy> {
    [3, 2, 1].into_iter().find_map(|quarters| {
        let seconds = stuck.call.seconds * quarters / 4 / 300 * 300;
        let call = Call {
            seconds,
            ..stuck.call.clone()
        };
        let fits = seconds >= LEAST_SECONDS && own.with(&call, matrix).1.keeps;
        fits.then_some(Remedy::Shorter {
            minutes: seconds / 60,
        })
    })
}

fn move_other(own: &Busy, stuck: &Stuck, matrix: &Matrix) -> Option<Remedy> {
    (0..own.stops.len()).find_map(|at| {
        let mut without = own.clone();
        let other = without.stops.remove(at);
        if !without.with(&stuck.call, matrix).1.keeps {
            return None;
        }
        Some(Remedy::MoveOther {
            visit_id: other.visit_id,
            place_id: other.place_id,
            client_name: other.client_name,
            at: other.call.spans.first()?.from,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(from: &str, until: &str) -> Span {
        let at = |text: &str| format!("2026-11-23T{text}:00Z").parse().unwrap();
        Span {
            from: at(from),
            until: at(until),
        }
    }

    /// Places on a line, half an hour from one to the next.
    fn line(places: usize) -> Matrix {
        let row =
            |a: usize| (0..places).map(move |b| u32::try_from(a.abs_diff(b)).unwrap() * 1_800);
        let table: Vec<Vec<u32>> = (0..places).map(|a| row(a).collect()).collect();
        Matrix {
            seconds: table.clone(),
            meters: table,
            from: crate::travel::TimesFrom::Estimate,
        }
    }

    fn call(location: usize, from: &str, until: &str, minutes: i64) -> Call {
        Call {
            location,
            spans: vec![span(from, until)],
            seconds: minutes * 60,
        }
    }

    fn monday(stops: &[Call]) -> Busy {
        let stops = stops.iter().map(|call| Neighbour {
            visit_id: Some(Uuid::nil()),
            place_id: Uuid::nil(),
            client_name: format!("Negozio {}", call.location),
            call: call.clone(),
        });
        Busy {
            day: "2026-11-23".parse().unwrap(),
            shift: Shift {
                span: span("08:00", "17:00"),
                lunch: None,
                start: Some(0),
                end: Some(0),
            },
            stops: stops.collect(),
        }
    }

    #[test]
    fn two_appointments_too_close_to_each_other() {
        // At 10:00 half an hour away, until 10:30; at 10:40 an hour further on.
        let day = monday(&[call(1, "10:00", "10:40", 30)]);
        let stuck = Stuck {
            call: call(3, "10:40", "11:20", 30),
            open: vec![span("09:00", "12:00")],
        };
        let found = remedies(&[day], &stuck, &line(4));
        let at = |text: &str| span(text, text).from;
        assert_eq!(
            found,
            [
                Remedy::OtherTime { at: at("11:30") },
                Remedy::MoveOther {
                    visit_id: Some(Uuid::nil()),
                    place_id: Uuid::nil(),
                    client_name: "Negozio 1".to_owned(),
                    at: at("10:00")
                },
            ]
        );
    }

    #[test]
    fn an_appointment_after_hours_wants_a_longer_day() {
        let stuck = Stuck {
            call: call(1, "17:00", "17:40", 30),
            open: vec![span("17:00", "20:00")],
        };
        let longer = Remedy::LongerDay {
            day: "2026-11-23".parse().unwrap(),
            minutes: 60,
        };
        assert_eq!(remedies(&[monday(&[])], &stuck, &line(2)), [longer]);
    }

    #[test]
    fn a_long_visit_between_two_others_can_be_shorter() {
        let day = monday(&[call(1, "09:00", "09:30", 30), call(1, "11:00", "11:30", 30)]);
        let stuck = Stuck {
            call: call(1, "09:30", "12:00", 120),
            open: Vec::new(),
        };
        let found = remedies(&[day], &stuck, &line(2));
        assert_eq!(found[0], Remedy::Shorter { minutes: 90 });
    }

    #[test]
    fn where_nothing_helps_another_day_does() {
        let stuck = Stuck {
            call: call(1, "03:00", "03:30", 30),
            open: Vec::new(),
        };
        assert_eq!(
            remedies(&[monday(&[])], &stuck, &line(2)),
            [Remedy::OtherDay]
        );
        assert_eq!(remedies(&[], &stuck, &line(2)), [Remedy::OtherDay]);
    }
}
