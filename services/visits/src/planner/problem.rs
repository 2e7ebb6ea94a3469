//! What is asked of the optimiser, in VROOM's words: seconds since the plan's first midnight, places by their index.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::schedule::{Shift, lunch_within};
use crate::rules::hours::Span;
use crate::travel::Matrix;

/// The most points; what is agreed has them.
pub const AGREED: i32 = 100;

/// A shop that could be visited.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Its place in the matrix.
    pub location: usize,
    /// When a visit may take place, over all days of the plan.
    pub spans: Vec<Span>,
    pub seconds: i64,
    /// 1 to 99, or [`AGREED`].
    pub priority: i32,
}

/// One agent's days and the shops to choose from.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    pub epoch: DateTime<Utc>,
    /// The days, each with the most visits it takes.
    pub shifts: Vec<(Shift, i32)>,
    pub candidates: Vec<Candidate>,
    pub matrix: Matrix,
}

/// The optimiser may search for a millisecond for each visit to choose from on one day, and for so many more with each further day …
const SEARCH_MS_A_DAY: usize = 3;
/// … but never less, nor more. Longer, a single day does not get better before a whole second is over.
const SEARCH_LEAST_MS: usize = 20;
const SEARCH_MOST_MS: usize = 6_000;
/// Where everything stands on the tour anyway, the best order is proven by then, and an answer that is proven comes sooner.
const ORDER_MS: usize = 100;

impl Problem {
    /// How long the optimiser is to search: more for more visits and days.
    #[must_use]
    pub fn search_time(&self) -> Duration {
        let more_days = self.shifts.len().saturating_sub(1);
        let choice = self.candidates.iter().any(|one| one.priority < AGREED);
        let least = if choice { SEARCH_LEAST_MS } else { ORDER_MS };
        let millis = self.candidates.len() * (1 + more_days * SEARCH_MS_A_DAY);
        let millis = millis.clamp(least, SEARCH_MOST_MS);
        Duration::from_millis(u64::try_from(millis).unwrap_or(0))
    }

    /// How far VROOM looks, 0 to 5: no farther than its time allows.
    fn exploration(&self) -> u8 {
        match self.search_time().as_millis() {
            0..=100 => 1,
            101..=1_000 => 3,
            _ => 5,
        }
    }

    /// Whether every visit has a time at which it could begin. One without would be free of any to the optimiser.
    #[must_use]
    pub fn can_all_be_kept(&self) -> bool {
        let holds = |candidate: &Candidate| {
            let length = TimeDelta::seconds(candidate.seconds);
            candidate
                .spans
                .iter()
                .any(|span| span.from + length <= span.until)
        };
        self.candidates.iter().all(holds)
    }

    fn seconds(&self, at: DateTime<Utc>) -> i64 {
        (at - self.epoch).num_seconds()
    }

    /// The request. Vehicle and job ids are places in the lists, from 1. A day that begins or ends nowhere in particular does
    /// so at a place that is no distance from any.
    #[must_use]
    pub fn request(&self) -> Value {
        let nowhere = self.matrix.seconds.len();
        let table = |cells: &[Vec<u32>]| -> Vec<Vec<u32>> {
            let mut rows: Vec<Vec<u32>> = cells
                .iter()
                .map(|row| row.iter().copied().chain([0]).collect())
                .collect();
            rows.push(vec![0; nowhere + 1]);
            rows
        };
        let window = |span: &Span, spare: i64| {
            json!([self.seconds(span.from), self.seconds(span.until) - spare])
        };
        let vehicles: Vec<Value> = self
            .shifts
            .iter()
            .zip(1..)
            .map(|((shift, most), id)| {
                let mut vehicle = json!({
                    "id": id,
                    "start_index": shift.start.unwrap_or(nowhere),
                    "end_index": shift.end.unwrap_or(nowhere),
                    "time_window": window(&shift.span, 0),
                    "max_tasks": most,
                });
                if let Some((span, seconds)) = &lunch_within(shift.lunch, &shift.span) {
                    vehicle["breaks"] = json!([{"id": 1, "service": seconds, "time_windows": [window(span, *seconds)]}]);
                }
                vehicle
            })
            .collect();
        let jobs: Vec<Value> = self
            .candidates
            .iter()
            .zip(1..)
            .map(|(candidate, id)| {
                let windows: Vec<Value> = candidate
                    .spans
                    .iter()
                    .filter(|span| (span.until - span.from).num_seconds() >= candidate.seconds)
                    .map(|span| window(span, candidate.seconds))
                    .collect();
                json!({
                    "id": id,
                    "location_index": candidate.location,
                    "service": candidate.seconds,
                    "priority": candidate.priority,
                    "time_windows": windows,
                })
            })
            .collect();
        json!({
            "vehicles": vehicles,
            "jobs": jobs,
            // VROOM's own flags: no geometry, both cores, how long, and how far it looks, for it keeps to its time only roughly.
            "options": {"g": false, "t": 2, "l": self.search_time().as_secs_f64(), "x": self.exploration()},
            "matrices": {"car": {"durations": table(&self.matrix.seconds), "distances": table(&self.matrix.meters)}},
        })
    }
}

/// Cuts spans to those that reach into one of the days: nobody comes outside them, and VROOM takes a limited number.
#[must_use]
pub fn within(spans: &[Span], shifts: &[(Shift, i32)]) -> Vec<Span> {
    spans
        .iter()
        .filter(|span| {
            shifts
                .iter()
                .any(|(shift, _)| span.from < shift.span.until && shift.span.from < span.until)
        })
        .copied()
        .collect()
}
