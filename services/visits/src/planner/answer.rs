//! What is believed of the optimiser's answer: the order of stops, once our own clock agrees with it.

use std::collections::HashSet;

use serde::Deserialize;

use super::problem::Problem;
use super::schedule::{Call, Day, schedule};
use crate::rules::hours::Span;

/// An answer, as far as it is read.
#[derive(Debug, Clone, Deserialize)]
pub struct Answer {
    code: i32,
    #[serde(default)]
    routes: Vec<Route>,
}

#[derive(Debug, Clone, Deserialize)]
struct Route {
    vehicle: usize,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, Deserialize)]
struct Step {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    id: Option<usize>,
}

/// Why an answer is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Lie {
    #[error("the optimiser answers with code {0}")]
    Code(i32),
    #[error("it names a day or a shop that was not asked about, or one twice")]
    Names,
    #[error("it plans more visits than a day takes")]
    TooMany,
    #[error("its tour does not keep the hours it was given")]
    Hours,
}

/// One day's tour: which candidates in which order, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tour {
    /// The day's place in the problem.
    pub shift: usize,
    /// The candidates' places in the problem.
    pub stops: Vec<usize>,
    pub day: Day,
}

/// A stop of a candidate on a day.
#[must_use]
pub fn call(problem: &Problem, candidate: usize) -> Call {
    let candidate = &problem.candidates[candidate];
    Call {
        location: candidate.location,
        spans: candidate.spans.clone(),
        seconds: candidate.seconds,
    }
}

impl Answer {
    /// The tours, if they are what was asked for.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn tours(&self, problem: &Problem) -> Result<Vec<Tour>, Lie> {
        if self.code != 0 {
            return Err(Lie::Code(self.code));
        }
        let (mut days, mut seen) = (HashSet::new(), HashSet::new());
        let mut tours = Vec::new();
        for route in &self.routes {
            let at = route.vehicle.wrapping_sub(1);
            let (shift, most) = problem.shifts.get(at).ok_or(Lie::Names)?;
            if !days.insert(at) {
                return Err(Lie::Names);
            }
            let mut stops = Vec::new();
            for step in route.steps.iter().filter(|step| step.kind == "job") {
                let stop = step.id.unwrap_or(0).wrapping_sub(1);
                if stop >= problem.candidates.len() || !seen.insert(stop) {
                    return Err(Lie::Names);
                }
                stops.push(stop);
            }
            if stops.is_empty() {
                continue;
            }
            if usize::try_from(*most).is_ok_and(|most| stops.len() > most) {
                return Err(Lie::TooMany);
            }
            let calls: Vec<Call> = stops.iter().map(|stop| call(problem, *stop)).collect();
            let day = schedule(shift, &calls, &problem.matrix);
            if !day.keeps {
                return Err(Lie::Hours);
            }
            tours.push(Tour {
                shift: at,
                stops,
                day,
            });
        }
        tours.sort_by_key(|tour| tour.shift);
        Ok(tours)
    }
}

/// Whether a visit of this length fits into one of the days at all.
#[must_use]
pub fn fits_a_day(problem: &Problem, spans: &[Span], seconds: i64) -> bool {
    problem.shifts.iter().any(|(shift, _)| {
        spans.iter().any(|span| {
            let (from, until) = (
                span.from.max(shift.span.from),
                span.until.min(shift.span.until),
            );
            (until - from).num_seconds() >= seconds
        })
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::planner::problem::Candidate;
    use crate::planner::schedule::Shift;
    use crate::travel::Matrix;

    fn span(from: &str, until: &str) -> Span {
        let at = |text: &str| format!("2026-11-23T{text}:00Z").parse().unwrap();
        Span {
            from: at(from),
            until: at(until),
        }
    }

    fn problem() -> Problem {
        let shift = Shift {
            span: span("08:00", "12:00"),
            lunch: None,
            start: None,
            end: None,
        };
        let candidate = |location, from, until| Candidate {
            location,
            spans: vec![span(from, until)],
            seconds: 1_800,
            priority: 50,
        };
        Problem {
            epoch: "2026-11-22T23:00:00Z".parse().unwrap(),
            shifts: vec![(shift, 2)],
            candidates: vec![
                candidate(0, "08:00", "12:00"),
                candidate(1, "08:00", "09:00"),
                candidate(2, "08:00", "12:00"),
            ],
            matrix: Matrix {
                seconds: vec![vec![600; 3]; 3],
                meters: vec![vec![5_000; 3]; 3],
                from: crate::travel::TimesFrom::Estimate,
            },
        }
    }

    fn answer(vehicle: usize, jobs: &[usize]) -> Value {
        let steps: Vec<Value> = jobs
            .iter()
            .map(|job| json!({"type": "job", "id": job, "arrival": 0}))
            .collect();
        json!({"code": 0, "routes": [{"vehicle": vehicle, "steps": steps}]})
    }

    fn judged(answer: &Value) -> Result<Vec<Vec<usize>>, Lie> {
        let answer: Answer = serde_json::from_value(answer.clone()).unwrap();
        let tours = answer.tours(&problem())?;
        Ok(tours.into_iter().map(|tour| tour.stops).collect())
    }

    #[test]
    fn an_answer_is_believed_when_our_clock_agrees() {
        assert_eq!(judged(&answer(1, &[2, 1])), Ok(vec![vec![1, 0]]));
        assert_eq!(judged(&answer(1, &[])), Ok(vec![]));
        for (what, given, lie) in [
            ("a day nobody asked about", answer(2, &[1]), Lie::Names),
            ("no day", answer(0, &[1]), Lie::Names),
            ("a shop nobody asked about", answer(1, &[4]), Lie::Names),
            ("no shop", answer(1, &[0]), Lie::Names),
            ("a shop twice", answer(1, &[1, 1]), Lie::Names),
            ("too many", answer(1, &[1, 2, 3]), Lie::TooMany),
            ("too late", answer(1, &[1, 2]), Lie::Hours),
            ("a failure", json!({"code": 2, "error": "x"}), Lie::Code(2)),
        ] {
            assert_eq!(judged(&given), Err(lie), "{what}");
        }
    }

    #[test]
    fn the_request_speaks_in_seconds_since_the_first_midnight() {
        let request = problem().request();
        assert_eq!(
            request["vehicles"][0]["time_window"],
            json!([32_400, 46_800])
        );
        // A visit of half an hour begins half an hour before the shop closes at the latest.
        assert_eq!(
            request["jobs"][1]["time_windows"],
            json!([[32_400, 34_200]])
        );
        assert_eq!(
            request["matrices"]["car"]["durations"][3],
            json!([0, 0, 0, 0])
        );
        assert_eq!(request["vehicles"][0]["start_index"], 3);
    }

    #[test]
    fn what_fits_no_day_is_known_beforehand() {
        let problem = problem();
        assert!(fits_a_day(&problem, &[span("11:00", "13:00")], 3_600));
        assert!(!fits_a_day(&problem, &[span("11:30", "13:00")], 3_600));
        assert!(!fits_a_day(&problem, &[], 60));
    }
}
