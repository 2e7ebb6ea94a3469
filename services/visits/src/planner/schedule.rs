//! How an order of stops turns into times. The optimiser's answers are believed only as far as this agrees.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rules::hours::Span;
use crate::travel::{Matrix, TimesFrom};

/// One agent's working day.
#[derive(Debug, Clone, PartialEq)]
pub struct Shift {
    pub span: Span,
    /// Within this span there is a break, so many seconds long.
    pub lunch: Option<(Span, i64)>,
    /// Where it begins and ends, as places of the matrix; at the first and the last stop when not given.
    pub start: Option<usize>,
    pub end: Option<usize>,
}

/// A stop to make on that day.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Its place in the matrix.
    pub location: usize,
    /// When a visit may begin, and by when it has to end.
    pub spans: Vec<Span>,
    pub seconds: i64,
}

/// When a stop is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Timed {
    pub arrives_at: DateTime<Utc>,
    pub waiting_seconds: i64,
    pub leaves_at: DateTime<Utc>,
    /// The way from the stop before.
    pub leg_seconds: i64,
    pub leg_meters: i64,
    /// The shop is not open for the whole visit.
    pub outside: bool,
}

/// A day with its times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub lunch_at: Option<DateTime<Utc>>,
    pub stops: Vec<Timed>,
    pub travel_seconds: i64,
    pub meters: i64,
    pub waiting_seconds: i64,
    pub times_from: TimesFrom,
    /// Every stop within its hours, back in time, the break taken.
    pub keeps: bool,
}

/// The break, where a working time leaves room for one.
#[must_use]
pub fn lunch_within(lunch: Option<(Span, i64)>, work: &Span) -> Option<(Span, i64)> {
    lunch.filter(|(span, seconds)| {
        span.from.max(work.from) + TimeDelta::seconds(*seconds) <= span.until.min(work.until)
    })
}

impl Shift {
    /// How far from keeping everything a day is: stops outside their hours, then seconds too long, then seconds of driving.
    #[must_use]
    pub fn misses(&self, day: &Day) -> (usize, i64, i64) {
        let outside = day.stops.iter().filter(|stop| stop.outside).count();
        let late = (day.ends_at - self.span.until).num_seconds().max(0);
        // A break that has no room is a fault of the day, too.
        let late = late.max(i64::from(!day.keeps && outside == 0));
        (outside, late, day.travel_seconds)
    }
}

fn leg(matrix: &Matrix, from: Option<usize>, to: Option<usize>) -> (i64, i64) {
    match from.zip(to) {
        Some((a, b)) => (
            i64::from(matrix.seconds[a][b]),
            i64::from(matrix.meters[a][b]),
        ),
        None => (0, 0),
    }
}

/// When a visit begins that could begin at `at`: within the first span that still holds it whole. Otherwise at once, and that
/// is said.
fn begin(call: &Call, at: DateTime<Utc>) -> (DateTime<Utc>, bool) {
    let length = TimeDelta::seconds(call.seconds);
    let fits = call
        .spans
        .iter()
        .find(|span| at.max(span.from) + length <= span.until);
    fits.map_or((at, true), |span| (at.max(span.from), false))
}

/// The times of these stops in this order, with the break before the stop `lunch_before` (after the last one when it is their
/// number).
fn simulate(shift: &Shift, calls: &[Call], lunch_before: Option<usize>, matrix: &Matrix) -> Day {
    let mut day = Day {
        starts_at: shift.span.from,
        ends_at: shift.span.from,
        lunch_at: None,
        stops: Vec::with_capacity(calls.len()),
        travel_seconds: 0,
        meters: 0,
        waiting_seconds: 0,
        times_from: matrix.from,
        keeps: shift.lunch.is_none() || lunch_before.is_some(),
    };
    let (mut now, mut here) = (shift.span.from, shift.start);
    for (at, call) in calls.iter().enumerate() {
        let (seconds, meters) = leg(matrix, here, Some(call.location));
        let arrives = if lunch_before == Some(at) {
            rest(shift, &mut day, now, seconds)
        } else {
            now + TimeDelta::seconds(seconds)
        };
        let (begins, outside) = begin(call, arrives);
        let mut waiting = (begins - arrives).num_seconds();
        let mut arrives_at = arrives;
        if at == 0 && day.lunch_at.is_none() {
            // Nobody leaves home to wait in front of a closed door.
            day.starts_at += TimeDelta::seconds(waiting);
            arrives_at = begins;
            waiting = 0;
        }
        let leaves_at = begins + TimeDelta::seconds(call.seconds);
        day.stops.push(Timed {
            arrives_at,
            waiting_seconds: waiting,
            leaves_at,
            leg_seconds: seconds,
            leg_meters: meters,
            outside,
        });
        day.travel_seconds += seconds;
        day.meters += meters;
        day.waiting_seconds += waiting;
        day.keeps &= !outside;
        (now, here) = (leaves_at, Some(call.location));
    }
    let (seconds, meters) = leg(matrix, here, shift.end);
    day.travel_seconds += seconds;
    day.meters += meters;
    day.ends_at = if lunch_before == Some(calls.len()) {
        rest(shift, &mut day, now, seconds)
    } else {
        now + TimeDelta::seconds(seconds)
    };
    day.keeps &= day.ends_at <= shift.span.until;
    day
}

/// Takes the break on the way from here to the next place, and answers when one is there. It is taken before leaving when its
/// time has come, else on arrival, else on the road: the next place is reached at the same time.
fn rest(shift: &Shift, day: &mut Day, now: DateTime<Utc>, travel: i64) -> DateTime<Utc> {
    let there = now + TimeDelta::seconds(travel);
    let Some((span, seconds)) = shift.lunch else {
        return there;
    };
    let length = TimeDelta::seconds(seconds);
    let on_arrival = there.max(span.from);
    let begins = if span.from <= now {
        now
    } else if on_arrival + length <= span.until {
        on_arrival
    } else {
        span.from
    };
    day.waiting_seconds += (on_arrival - there).num_seconds();
    day.lunch_at = Some(begins);
    day.keeps &= begins + length <= span.until;
    on_arrival + length
}

/// The best times of these stops in this order: the break is put where the day ends soonest. A day that is over before the
/// break would begin, or begins after it, needs none.
#[must_use]
pub fn schedule(shift: &Shift, calls: &[Call], matrix: &Matrix) -> Day {
    let without = simulate(shift, calls, None, matrix);
    let Some((span, _)) = shift.lunch else {
        return without;
    };
    if without.ends_at <= span.from || without.starts_at >= span.until {
        let keeps =
            without.stops.iter().all(|stop| !stop.outside) && without.ends_at <= shift.span.until;
        return Day { keeps, ..without };
    }
    (0..=calls.len())
        .map(|at| simulate(shift, calls, Some(at), matrix))
        .min_by_key(|day| {
            (
                !day.keeps,
                day.stops.iter().filter(|stop| stop.outside).count(),
                day.ends_at,
                day.waiting_seconds,
            )
        })
        .unwrap_or(without)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        format!("2026-11-23T{text}:00Z").parse().unwrap()
    }

    fn span(from: &str, until: &str) -> Span {
        Span {
            from: at(from),
            until: at(until),
        }
    }

    /// Places on a line, ten minutes and five kilometres from one to the next.
    fn line(places: usize) -> Matrix {
        let cell = |a: usize, b: usize, unit: u32| u32::try_from(a.abs_diff(b)).unwrap() * unit;
        let table = |unit| {
            (0..places)
                .map(|a| (0..places).map(|b| cell(a, b, unit)).collect())
                .collect()
        };
        Matrix {
            seconds: table(600),
            meters: table(5_000),
            from: crate::travel::TimesFrom::Estimate,
        }
    }

    fn call(location: usize, spans: &[(&str, &str)], minutes: i64) -> Call {
        Call {
            location,
            spans: spans
                .iter()
                .map(|(from, until)| span(from, until))
                .collect(),
            seconds: minutes * 60,
        }
    }

    fn shift(lunch: Option<(&str, &str)>) -> Shift {
        Shift {
            span: span("08:00", "17:00"),
            lunch: lunch.map(|(from, until)| (span(from, until), 3_600)),
            start: Some(0),
            end: Some(0),
        }
    }

    #[test]
    fn one_leaves_home_in_time_for_the_first_door_and_waits_at_no_other_longer_than_needed() {
        let calls = [
            call(1, &[("09:00", "12:00")], 30),
            call(2, &[("10:00", "12:00")], 30),
        ];
        let day = schedule(&shift(None), &calls, &line(3));
        assert!(day.keeps);
        assert_eq!((day.starts_at, day.ends_at), (at("08:50"), at("10:50")));
        assert_eq!(
            (day.stops[0].arrives_at, day.stops[0].waiting_seconds),
            (at("09:00"), 0)
        );
        assert_eq!(
            (day.stops[1].arrives_at, day.stops[1].waiting_seconds),
            (at("09:40"), 1_200)
        );
        assert_eq!((day.travel_seconds, day.meters), (2_400, 20_000));
    }

    #[test]
    fn a_visit_does_not_run_into_closing_time() {
        // It would begin at ten to twelve and take half an hour: after the break, then.
        let calls = [call(1, &[("11:50", "12:10"), ("15:00", "18:00")], 30)];
        let day = schedule(&shift(None), &calls, &line(2));
        assert_eq!(day.stops[0].arrives_at, at("15:00"));
        let closed = schedule(&shift(None), &[call(1, &[], 30)], &line(2));
        assert!(!closed.keeps && closed.stops[0].outside);
    }

    #[test]
    fn the_break_goes_where_it_costs_least() {
        let always = [("08:00", "17:00")];
        let calls = [
            call(1, &always, 180),
            call(2, &always, 60),
            call(3, &always, 60),
        ];
        let day = schedule(&shift(Some(("11:00", "13:30"))), &calls, &line(4));
        assert!(day.keeps);
        // 08:10–11:10 at the first; then an hour's break and on.
        assert_eq!(day.lunch_at, Some(at("11:10")));
        assert_eq!(day.ends_at, at("15:00"));
        // A morning alone needs no break.
        let short = schedule(&shift(Some(("11:00", "13:30"))), &calls[1..2], &line(4));
        assert!(short.keeps && short.lunch_at.is_none());
    }

    #[test]
    fn a_break_does_not_keep_one_from_driving() {
        // Ready at 10:50, the break from 11:00 to 12:00 at the latest, the next shop 20 minutes away and open until 12:25.
        let calls = [
            call(1, &[("08:10", "10:50")], 160),
            call(3, &[("08:00", "12:25")], 15),
        ];
        let day = schedule(&shift(Some(("11:00", "12:00"))), &calls, &line(4));
        assert!(day.keeps);
        assert_eq!(day.lunch_at, Some(at("11:00")));
        assert_eq!(day.stops[1].arrives_at, at("12:10"));
    }

    #[test]
    fn a_break_is_taken_where_the_working_time_leaves_room() {
        let lunch = Some((span("12:00", "14:00"), 3_600));
        for (from, until, room) in [
            ("08:00", "17:00", true),
            ("08:00", "13:00", true),
            ("08:00", "12:59", false),
            ("13:00", "17:00", true),
            ("13:01", "17:00", false),
        ] {
            let found = lunch_within(lunch, &span(from, until));
            assert_eq!(found.is_some(), room, "{from} to {until}");
        }
    }

    #[test]
    fn a_day_that_is_too_long_is_said_to_be() {
        let always = [("06:00", "22:00")];
        let calls: Vec<Call> = (1..4).map(|place| call(place, &always, 200)).collect();
        let day = schedule(&shift(None), &calls, &line(4));
        assert!(!day.keeps && day.stops.iter().all(|stop| !stop.outside));
    }
}
