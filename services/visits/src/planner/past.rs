//! A day of which a part is behind: what was is told as it was, and the rest follows.

use chrono::TimeDelta;

use super::schedule::{Day, Timed};
use crate::rules::hours::Span;
use crate::travel::Matrix;

/// A visit that was made, or is being made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Made {
    /// Its place in the matrix, if anybody knows where it was.
    pub location: Option<usize>,
    pub span: Span,
}

/// The whole day: what was made, from the place where the day began, and then the rest.
#[must_use]
pub fn after(past: &[Made], begins: Option<usize>, rest: Day, matrix: &Matrix) -> Day {
    let Some(first) = past.first() else {
        return rest;
    };
    let mut here = begins;
    let mut stops = Vec::with_capacity(past.len() + rest.stops.len());
    let (mut seconds, mut meters) = (0, 0);
    for made in past {
        let leg = here.zip(made.location).map_or((0, 0), |(a, b)| {
            let (seconds, meters) = (matrix.seconds[a][b], matrix.meters[a][b]);
            (i64::from(seconds), i64::from(meters))
        });
        (seconds, meters) = (seconds + leg.0, meters + leg.1);
        stops.push(Timed {
            arrives_at: made.span.from,
            waiting_seconds: 0,
            leaves_at: made.span.until,
            leg_seconds: leg.0,
            leg_meters: leg.1,
            outside: false,
        });
        here = made.location.or(here);
    }
    let way = TimeDelta::seconds(stops[0].leg_seconds);
    stops.extend(rest.stops);
    Day {
        starts_at: first.span.from - way,
        stops,
        travel_seconds: rest.travel_seconds + seconds,
        meters: rest.meters + meters,
        ..rest
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;
    use crate::planner::schedule::{Call, Shift, schedule};

    fn span(from: &str, until: &str) -> Span {
        let at = |text: &str| format!("2026-11-23T{text}:00Z").parse().unwrap();
        Span {
            from: at(from),
            until: at(until),
        }
    }

    #[test]
    fn what_is_behind_stays_what_it_was_and_the_rest_follows() {
        let matrix = Matrix {
            seconds: vec![vec![600; 4]; 4],
            meters: vec![vec![5_000; 4]; 4],
            from: crate::travel::TimesFrom::Estimate,
        };
        let shift = Shift {
            span: span("09:30", "17:00"),
            lunch: None,
            start: Some(2),
            end: Some(0),
        };
        let call = Call {
            location: 3,
            spans: vec![span("08:00", "12:00")],
            seconds: 1_800,
        };
        let made = |location, from, until| Made {
            location,
            span: span(from, until),
        };
        // The second visit was nowhere on the map: no way there is known, and the next leg is none of it.
        let past = [
            made(Some(1), "08:20", "08:40"),
            made(None, "08:45", "09:05"),
            made(Some(2), "09:10", "09:30"),
        ];
        let day = after(&past, Some(0), schedule(&shift, &[call], &matrix), &matrix);
        let at = |text: &str| -> DateTime<Utc> { span(text, text).from };
        assert_eq!((day.starts_at, day.ends_at), (at("08:10"), at("10:20")));
        let legs: Vec<i64> = day.stops.iter().map(|stop| stop.leg_seconds).collect();
        assert_eq!(legs, [600, 0, 600, 600]);
        assert_eq!((day.travel_seconds, day.meters), (2_400, 20_000));
        assert_eq!(day.stops[2].leaves_at, at("09:30"));
    }
}
