//! Proof for one vehicle's small day: no better order of all its tasks exists.
//!
//! Paths are grown visit by visit, from the start or from the end, and kept in labels (where, what may not be visited again, when,
//! at what cost). A relaxed pass forgets visits that are far away (ng-routes: Baldacci, Mingozzi, Roberti, "New state-space
//! relaxations for the TSP with time windows", 2012), so it has few labels; with prizes for visits that make forgetting useless
//! (Lagrange), its costs bound from below what the other direction still has to pay. Each pass remembers more than the one before
//! and drops what cannot beat the best known order; the last one remembers everything, and finds the best order or that there is none.

use crate::instance::Instance;
use crate::labels::{Effort, Labels};
use crate::line::{Direction, LARGEST, Line};

/// The largest number of visits that is tried.
pub(crate) const MOST: usize = 30;

/// Labels of one pass at most; what needs more is not proven.
const LABELS: usize = 120_000;

/// What a proof attempt found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing is cheaper than what was known.
    Proven,
    /// This order is cheaper, and nothing is cheaper than it.
    Better(Vec<u32>),
    /// It was too much work.
    Unknown,
}

/// Looks for an order of the tasks of `order` on a vehicle of `class` that costs less than `known`, what `order` costs without the
/// vehicle's fixed cost. `go_on` is asked now and then whether there is time left.
pub(crate) fn prove(
    instance: &Instance<'_>,
    class: u32,
    order: &[u32],
    known: i64,
    go_on: &mut dyn FnMut() -> bool,
) -> Verdict {
    let Some(line) = Line::new(instance, class, order) else {
        return Verdict::Unknown;
    };
    let Ok(known) = i32::try_from(known) else {
        return Verdict::Unknown;
    };
    for tuning in TUNINGS {
        let prizes = tune(&line, known, tuning);
        let verdict = climb(&line, &prizes, known, go_on);
        if verdict != Verdict::Unknown || !go_on() {
            return verdict;
        }
    }
    Verdict::Unknown
}

/// How many visits a task remembers while prizes are tuned, how many rounds that takes, and how many labels are kept at each place;
/// first quickly, then, if the proof fails, with more care.
const TUNINGS: [(usize, usize, usize); 2] = [(2, 10, 4), (3, 10, 5)];

/// Prizes under which a path gains nothing by visiting a task twice and another never: a few steps along the subgradient, on paths
/// that are only nearly the best.
fn tune(line: &Line, known: i32, (near, rounds, width): (usize, usize, usize)) -> Vec<i32> {
    let n = line.len();
    let memory = line.neighbours(near.min(n));
    let look = |prizes: &[i32], round: usize| {
        let direction = if round.is_multiple_of(2) {
            Direction::Back
        } else {
            Direction::Forth
        };
        let pass = |width| {
            Labels::grow(
                line,
                direction,
                prizes,
                &memory,
                None,
                Effort {
                    known,
                    most: usize::MAX,
                    width,
                },
            )
        };
        let seen = pass(width).and_then(|l| l.best(line, prizes));
        seen.or_else(|| pass(4 * width).and_then(|l| l.best(line, prizes)))
    };
    let starts = [line.tree_prizes(known), line.prizes()];
    let Some((mut seen, mut prizes)) = starts
        .into_iter()
        .filter_map(|p| Some((look(&p, 0)?, p)))
        .max()
    else {
        return line.prizes();
    };
    let mut drift = vec![0.0; n];
    let (mut best, mut best_bound, mut step) = (prizes.clone(), i32::MIN, 1.0);
    for round in 1..=rounds {
        let (bound, path) = seen;
        if bound > best_bound {
            (best_bound, best) = (bound, prizes.clone());
        } else {
            step *= 0.7;
        }
        let mut visits = vec![0i32; n];
        path.iter().for_each(|&v| visits[v] += 1);
        let off: i32 = visits.iter().map(|v| (v - 1) * (v - 1)).sum();
        if off == 0 || f64::from(known - bound) * 200.0 < f64::from(known) {
            break;
        }
        let size = step * f64::from(known - bound) / f64::from(off);
        for v in 0..n {
            drift[v] = 0.3 * drift[v] + f64::from(1 - visits[v]) * size;
            prizes[v] = (f64::from(prizes[v]) + drift[v]).clamp(-LARGEST, LARGEST) as i32;
        }
        let Some(next) = look(&prizes, round) else {
            break;
        };
        seen = next;
    }
    best
}

/// Passes with growing memory, each bounding the next, until all is remembered.
fn climb(line: &Line, prizes: &[i32], known: i32, go_on: &mut dyn FnMut() -> bool) -> Verdict {
    let n = line.len();
    let effort = Effort {
        known,
        most: LABELS,
        width: usize::MAX,
    };
    let mut memory = vec![0; n];
    let mut bound: Option<Labels> = None;
    let mut direction = Direction::Back;
    for near in CLIMB.into_iter().chain([n]) {
        for (mask, more) in memory.iter_mut().zip(line.neighbours(near.min(n))) {
            *mask |= more;
        }
        let Some(labels) = Some(())
            .filter(|()| go_on())
            .and_then(|()| Labels::grow(line, direction, prizes, &memory, bound.as_ref(), effort))
        else {
            return Verdict::Unknown;
        };
        let Some((_, path)) = labels.best(line, prizes).filter(|(cost, _)| *cost < known) else {
            return Verdict::Proven;
        };
        if near >= n {
            return Verdict::Better(path.into_iter().map(|v| line.task(v)).collect());
        }
        remember_cycles(&path, &mut memory);
        bound = Some(labels);
        direction = direction.turned();
    }
    Verdict::Unknown
}

/// How many visits tasks remember, pass by pass.
const CLIMB: [usize; 4] = [2, 5, 8, 12];

/// Makes all between two visits of the same task remember it (dynamic ng-routes: Roberti and Mingozzi, 2014).
fn remember_cycles(path: &[usize], memory: &mut [u32]) {
    for (i, &v) in path.iter().enumerate() {
        if let Some(length) = path[i + 1..].iter().position(|&w| w == v) {
            for &between in &path[i + 1..=i + length] {
                memory[between] |= 1 << v;
            }
        }
    }
}
