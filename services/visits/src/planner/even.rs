//! Days that are about equally full, where that costs little: an optimiser that only saves driving puts what fits into few days
//! and leaves the others empty.

use super::answer::Tour;
use super::problem::{AGREED, Problem};
use super::schedule::Shift;

/// The emptiest day is not emptier than this many tenths of the fullest; else somebody evens them out.
const EVEN_TENTHS: i64 = 6;
/// So much of the driving may come on top of it …
const MORE_DRIVING: i64 = 4;
/// … and so many seconds for each day more on which one goes out.
const MORE_A_DAY: i64 = 1_200;

/// Thousandths of a working day that a tour takes.
fn filled(shift: &Shift, tour: Option<&Tour>) -> i64 {
    let length = (shift.span.until - shift.span.from).num_seconds().max(1);
    tour.map_or(0, |tour| {
        (tour.day.ends_at - tour.day.starts_at).num_seconds() * 1_000 / length
    })
}

/// Whether one day is crammed while another has room.
#[must_use]
pub fn lopsided(problem: &Problem, tours: &[Tour]) -> bool {
    let full = |shift: usize| {
        let tour = tours.iter().find(|tour| tour.shift == shift);
        filled(&problem.shifts[shift].0, tour)
    };
    let days = problem.shifts.len();
    let least = (0..days).map(full).min().unwrap_or(0);
    let most = (0..days).map(full).max().unwrap_or(0);
    let stops: usize = tours.iter().map(|tour| tour.stops.len()).sum();
    days > 1 && stops > 1 && least * 10 < most * EVEN_TENTHS
}

/// How many visits each day is to take at most, the evenest first: the same number on each, beside what was agreed for one alone;
/// one more; and half of the days full.
#[must_use]
pub fn caps(problem: &Problem, tours: &[Tour]) -> Vec<Vec<i32>> {
    let days = problem.shifts.len();
    let stops: usize = tours.iter().map(|tour| tour.stops.len()).sum();
    let agreed: Vec<usize> = (0..days).map(|shift| only_on(problem, shift)).collect();
    let mut shared = agreed.clone();
    for _ in agreed.iter().sum()..stops {
        if let Some(least) = shared.iter_mut().min() {
            *least += 1;
        }
    }
    let each = |most: usize| agreed.iter().map(|agreed| most.max(*agreed)).collect();
    let mut tried = vec![
        shared,
        each(stops.div_ceil(days) + 1),
        each(stops.div_ceil(days.div_ceil(2))),
    ];
    tried.dedup();
    let within = |caps: Vec<usize>| {
        let caps = caps.into_iter().zip(&problem.shifts);
        caps.map(|(cap, (_, most))| i32::try_from(cap.max(1)).unwrap_or(*most).min(*most))
            .collect()
    };
    tried.into_iter().map(within).collect()
}

/// How much of what was agreed can only be on this day.
fn only_on(problem: &Problem, shift: usize) -> usize {
    let on = |span: &crate::rules::hours::Span, (work, _): &(Shift, i32)| {
        span.from < work.span.until && work.span.from < span.until
    };
    let agreed = problem
        .candidates
        .iter()
        .filter(|one| one.priority == AGREED);
    agreed
        .filter(|one| {
            let mut others = problem.shifts.iter().enumerate();
            !others.any(|(at, work)| at != shift && one.spans.iter().any(|span| on(span, work)))
        })
        .count()
}

/// The same problem with so many visits a day at most.
#[must_use]
pub fn capped(problem: &Problem, caps: &[i32]) -> Problem {
    let shifts = problem.shifts.iter().zip(caps);
    Problem {
        shifts: shifts
            .map(|((shift, _), cap)| (shift.clone(), *cap))
            .collect(),
        ..problem.clone()
    }
}

/// Whether the evener tours are to be preferred: nothing is lost, and there is not much more driving.
#[must_use]
pub fn worth_it(problem: &Problem, before: &[Tour], after: &[Tour]) -> bool {
    let worth = |tours: &[Tour]| {
        let stops = tours.iter().flat_map(|tour| &tour.stops);
        stops.fold((0, 0), |(count, points), stop| {
            (count + 1, points + problem.candidates[*stop].priority)
        })
    };
    let driving =
        |tours: &[Tour]| -> i64 { tours.iter().map(|tour| tour.day.travel_seconds).sum() };
    let ((count, points), (kept, reached)) = (worth(before), worth(after));
    let days = i64::try_from(after.len().saturating_sub(before.len())).unwrap_or(0);
    let allowed = driving(before) + driving(before) / MORE_DRIVING + days * MORE_A_DAY;
    kept >= count && reached >= points && driving(after) <= allowed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planner::answer::call;
    use crate::planner::problem::Candidate;
    use crate::planner::schedule::schedule;
    use crate::rules::hours::Span;
    use crate::travel::{Matrix, TimesFrom};

    fn span(day: u32, from: &str, until: &str) -> Span {
        let at = |text: &str| format!("2026-11-{day}T{text}:00Z").parse().unwrap();
        Span {
            from: at(from),
            until: at(until),
        }
    }

    /// Three days from eight to six; shops that are so many seconds from home and a minute from each other.
    fn problem(shops: usize, way: u32) -> Problem {
        let days = [23, 24, 25];
        let shift = |day| Shift {
            span: span(day, "08:00", "18:00"),
            lunch: None,
            start: Some(0),
            end: Some(0),
        };
        let cell = |a: usize, b: usize| match (a, b) {
            (a, b) if a == b => 0,
            (0, _) | (_, 0) => way,
            _ => 60,
        };
        let row = |a| (0..=shops).map(|b| cell(a, b)).collect();
        let table: Vec<Vec<u32>> = (0..=shops).map(row).collect();
        let candidate = |location| Candidate {
            location,
            spans: days.map(|day| span(day, "08:00", "18:00")).into(),
            seconds: 1_800,
            priority: 50,
        };
        Problem {
            epoch: span(23, "00:00", "00:00").from,
            shifts: days.map(|day| (shift(day), 12)).into(),
            candidates: (1..=shops).map(candidate).collect(),
            matrix: Matrix {
                seconds: table.clone(),
                meters: table,
                from: TimesFrom::Estimate,
            },
        }
    }

    fn tours(problem: &Problem, days: &[&[usize]]) -> Vec<Tour> {
        let tour = |(shift, stops): (usize, &&[usize])| {
            let calls: Vec<_> = stops.iter().map(|stop| call(problem, *stop)).collect();
            Tour {
                shift,
                stops: stops.to_vec(),
                day: schedule(&problem.shifts[shift].0, &calls, &problem.matrix),
            }
        };
        let all = days.iter().enumerate().map(tour);
        all.filter(|tour| !tour.stops.is_empty()).collect()
    }

    #[test]
    fn a_crammed_day_beside_an_empty_one_is_noticed() {
        let problem = problem(6, 600);
        let crammed = tours(&problem, &[&[0, 1, 2, 3, 4, 5], &[], &[]]);
        let even = tours(&problem, &[&[0, 1], &[2, 3], &[4, 5]]);
        assert!(lopsided(&problem, &crammed));
        assert!(!lopsided(&problem, &even));
        assert!(!lopsided(&problem, &tours(&problem, &[&[0], &[], &[]])));
        assert!(!lopsided(&problem, &[]));
    }

    #[test]
    fn near_shops_are_spread_and_far_ones_are_not_driven_to_three_times() {
        for (way, spread) in [(600, true), (3_000, false)] {
            let problem = problem(6, way);
            let crammed = tours(&problem, &[&[0, 1, 2, 3, 4, 5], &[], &[]]);
            let even = tours(&problem, &[&[0, 1], &[2, 3], &[4, 5]]);
            assert_eq!(worth_it(&problem, &crammed, &even), spread, "{way}");
            // However near: nothing is given up for it.
            let fewer = tours(&problem, &[&[0, 1], &[2, 3], &[4]]);
            assert!(!worth_it(&problem, &crammed, &fewer));
        }
    }

    #[test]
    fn days_share_what_there_is_and_what_was_agreed_keeps_its_day() {
        let mut problem = problem(7, 600);
        let crammed = tours(&problem, &[&[0, 1, 2, 3, 4, 5, 6], &[], &[]]);
        let tried = caps(&problem, &crammed);
        assert_eq!(tried, [vec![3, 2, 2], vec![4, 4, 4]]);
        // Four were agreed for the second day alone.
        for one in &mut problem.candidates[..4] {
            one.priority = AGREED;
            one.spans = vec![span(24, "08:00", "18:00")];
        }
        assert_eq!(caps(&problem, &crammed)[0], [2, 4, 1]);
        problem.shifts[1].1 = 3;
        assert_eq!(caps(&problem, &crammed)[0], [2, 3, 1]);
        let even = capped(&problem, &[1, 2, 3]);
        assert_eq!(even.request()["vehicles"][2]["max_tasks"], 3);
    }
}
