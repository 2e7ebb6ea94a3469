//! Changing a day's order with little disturbance: where a stop costs least, and how a day that has got late is saved.

use super::schedule::{Call, Day, Shift, schedule};
use crate::travel::Matrix;

/// A stop is moved only when that keeps what would be missed, or saves so much driving.
const WORTH_A_MOVE: i64 = 600;

/// A stop of a day that is still to come.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    pub call: Call,
    /// It stays, whatever it costs: agreed, or pinned.
    pub must: bool,
    /// What it is worth.
    pub points: i32,
}

/// A day after it was put right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// The stops that stay, in their order, by their places in the list given.
    pub order: Vec<usize>,
    /// The stops that have no room any more.
    pub dropped: Vec<usize>,
    pub day: Day,
}

fn timed(shift: &Shift, items: &[Item], order: &[usize], matrix: &Matrix) -> Day {
    let calls: Vec<Call> = order.iter().map(|at| items[*at].call.clone()).collect();
    schedule(shift, &calls, matrix)
}

/// Where a new stop costs least, from a position on: one that keeps everything before one that does not, then the least driving,
/// then the earliest end.
#[must_use]
pub fn cheapest(
    shift: &Shift,
    calls: &[Call],
    new: &Call,
    from: usize,
    matrix: &Matrix,
) -> (usize, Day) {
    let tried = (from.min(calls.len())..=calls.len()).map(|at| {
        let mut with = calls.to_vec();
        with.insert(at, new.clone());
        (at, schedule(shift, &with, matrix))
    });
    let best = tried.min_by_key(|(_, day)| (shift.misses(day), day.ends_at));
    best.unwrap_or_else(|| (0, schedule(shift, std::slice::from_ref(new), matrix)))
}

/// Puts a day right with the least disturbance. The order stays where it keeps the hours; else single stops move; else what need
/// not be is dropped, the least worth first, until the rest fits. What must be stays even where it cannot be kept.
#[must_use]
pub fn saved(shift: &Shift, items: &[Item], matrix: &Matrix) -> Saved {
    let mut order: Vec<usize> = (0..items.len()).collect();
    let mut day = moved(shift, items, &mut order, matrix);
    let mut dropped = Vec::new();
    while !day.keeps {
        let Some(at) = least_missed(shift, items, &order, matrix) else {
            break;
        };
        dropped.push(order.remove(at));
        day = moved(shift, items, &mut order, matrix);
    }
    take_back(shift, items, &mut order, &mut dropped, &mut day, matrix);
    dropped.sort_unstable();
    Saved {
        order,
        dropped,
        day,
    }
}

/// A day after one stop has moved.
struct Move {
    misses: (usize, i64, i64),
    order: Vec<usize>,
    day: Day,
}

/// Moves single stops while each move is worth it.
fn moved(shift: &Shift, items: &[Item], order: &mut Vec<usize>, matrix: &Matrix) -> Day {
    let mut day = timed(shift, items, order, matrix);
    // Each move is worth something, so this ends by itself; the bound is for the reader.
    for _ in 0..2 * items.len() {
        let (outside, late, driving) = shift.misses(&day);
        let mut best: Option<Move> = None;
        for from in 0..order.len() {
            for to in (0..order.len()).filter(|to| *to != from) {
                let mut tried = order.clone();
                let stop = tried.remove(from);
                tried.insert(to, stop);
                let then = timed(shift, items, &tried, matrix);
                let misses = shift.misses(&then);
                if best.as_ref().is_none_or(|best| misses < best.misses) {
                    best = Some(Move {
                        misses,
                        order: tried,
                        day: then,
                    });
                }
            }
        }
        let Some(best) = best else {
            break;
        };
        let keeps_more = (best.misses.0, best.misses.1) < (outside, late);
        if !keeps_more && best.misses.2 + WORTH_A_MOVE > driving {
            break;
        }
        (*order, day) = (best.order, best.day);
    }
    day
}

/// Which stop to drop: one that makes the rest fit before one that does not, then the one worth least.
fn least_missed(shift: &Shift, items: &[Item], order: &[usize], matrix: &Matrix) -> Option<usize> {
    let before = shift.misses(&timed(shift, items, order, matrix));
    let optional = (0..order.len()).filter(|at| !items[order[*at]].must);
    let worth = |at: usize| {
        let mut without = order.to_vec();
        let points = items[without.remove(at)].points;
        let day = timed(shift, items, &without, matrix);
        let (outside, late, driving) = shift.misses(&day);
        // A stop whose going away helps nobody is not dropped before one that helps.
        let helps = (outside, late) < (before.0, before.1);
        (!day.keeps, !helps, points, outside, late, driving)
    };
    let (at, (.., outside, late, _)) = optional
        .map(|at| (at, worth(at)))
        .min_by_key(|(_, worth)| *worth)?;
    // What must be and cannot be kept is not helped by dropping the others.
    ((outside, late) < (before.0, before.1)).then_some(at)
}

/// What was dropped for what is dropped now anyway comes back, the most worth first.
fn take_back(
    shift: &Shift,
    items: &[Item],
    order: &mut Vec<usize>,
    dropped: &mut Vec<usize>,
    day: &mut Day,
    matrix: &Matrix,
) {
    if !day.keeps {
        return;
    }
    dropped.sort_by_key(|at| (-items[*at].points, *at));
    dropped.retain(|stop| {
        let calls: Vec<Call> = order.iter().map(|at| items[*at].call.clone()).collect();
        let (at, with) = cheapest(shift, &calls, &items[*stop].call, 0, matrix);
        if with.keeps {
            order.insert(at, *stop);
            *day = with;
        }
        !order.contains(stop)
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::hours::Span;

    fn span(from: &str, until: &str) -> Span {
        let at = |text: &str| format!("2026-11-23T{text}:00Z").parse().unwrap();
        Span {
            from: at(from),
            until: at(until),
        }
    }

    /// Places on a line, ten minutes from one to the next.
    fn line(places: usize) -> Matrix {
        let row = |a: usize| (0..places).map(move |b| u32::try_from(a.abs_diff(b)).unwrap() * 600);
        let table: Vec<Vec<u32>> = (0..places).map(|a| row(a).collect()).collect();
        Matrix {
            seconds: table.clone(),
            meters: table,
            from: crate::travel::TimesFrom::Estimate,
        }
    }

    fn shift(from: &str, until: &str) -> Shift {
        Shift {
            span: span(from, until),
            lunch: None,
            start: Some(0),
            end: Some(0),
        }
    }

    fn item(location: usize, open: (&str, &str), must: bool, points: i32) -> Item {
        Item {
            call: Call {
                location,
                spans: vec![span(open.0, open.1)],
                seconds: 1_800,
            },
            must,
            points,
        }
    }

    const ALWAYS: (&str, &str) = ("06:00", "20:00");

    #[test]
    fn a_day_that_keeps_its_hours_stays_as_it_is() {
        let items = [item(1, ALWAYS, false, 10), item(2, ALWAYS, false, 10)];
        let saved = saved(&shift("08:00", "17:00"), &items, &line(4));
        assert_eq!((saved.order, saved.dropped.len()), (vec![0, 1], 0));
        assert!(saved.day.keeps);
    }

    /// The same line, so many seconds from one place to the next, for a day that ends anywhere.
    fn stretched(places: usize, step: u32) -> (Shift, Matrix) {
        let mut matrix = line(places);
        for cell in matrix.seconds.iter_mut().flatten() {
            *cell = *cell / 600 * step;
        }
        let anywhere = Shift {
            end: None,
            ..shift("08:00", "17:00")
        };
        (anywhere, matrix)
    }

    #[test]
    fn one_stop_moves_when_that_keeps_everything() {
        // The third shop closes early: it goes first, and the others stay as they are.
        let items = [
            item(1, ALWAYS, false, 10),
            item(2, ALWAYS, false, 10),
            item(3, ("08:00", "08:45"), false, 10),
        ];
        let (shift, matrix) = stretched(4, 300);
        let saved = saved(&shift, &items, &matrix);
        assert_eq!((saved.order, saved.dropped.len()), (vec![2, 0, 1], 0));
        assert!(saved.day.keeps);
    }

    #[test]
    fn a_detour_is_worth_a_move_and_a_small_one_is_not() {
        let items = [1, 3, 2].map(|place| item(place, ALWAYS, false, 10));
        // 1, 3, 2 is a step longer than 1, 2, 3.
        for (step, order) in [(600, [0, 2, 1]), (599, [0, 1, 2])] {
            let (shift, matrix) = stretched(4, step);
            assert_eq!(saved(&shift, &items, &matrix).order, order, "{step}");
        }
    }

    #[test]
    fn what_is_worth_least_goes_first_and_what_was_agreed_stays() {
        let items = [
            item(1, ALWAYS, false, 30),
            item(2, ALWAYS, false, 5),
            item(3, ALWAYS, true, 100),
        ];
        // Three visits and the way there and back take two and a half hours.
        for (until, order, dropped) in [
            ("10:30", vec![0, 1, 2], vec![]),
            ("10:29", vec![0, 2], vec![1]),
            ("09:59", vec![2], vec![0, 1]),
        ] {
            let saved = saved(&shift("08:00", until), &items, &line(4));
            assert_eq!((saved.order, saved.dropped), (order, dropped), "{until}");
            assert!(saved.day.keeps, "{until}");
        }
    }

    #[test]
    fn what_cannot_be_kept_at_all_drops_nobody_else() {
        let items = [
            item(1, ALWAYS, false, 30),
            item(2, ("06:00", "07:00"), true, 100),
        ];
        let saved = saved(&shift("08:00", "17:00"), &items, &line(4));
        assert_eq!((saved.order.len(), saved.dropped.len()), (2, 0));
        assert!(!saved.day.keeps);
    }

    #[test]
    fn a_new_stop_goes_where_it_costs_least() {
        let calls = [1, 4].map(|location| item(location, ALWAYS, false, 1).call);
        let (open, _) = stretched(6, 600);
        for (location, from, at) in [(2, 0, 1), (5, 0, 2), (2, 2, 2)] {
            let new = item(location, ALWAYS, false, 1).call;
            let (found, day) = cheapest(&open, &calls, &new, from, &line(6));
            assert_eq!(found, at, "{location} from {from}");
            assert!(day.keeps);
        }
        let early = item(5, ("08:00", "09:30"), false, 1).call;
        assert_eq!(cheapest(&open, &calls, &early, 0, &line(6)).0, 0);
    }
}
