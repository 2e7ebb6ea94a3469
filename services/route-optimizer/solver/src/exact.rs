//! Proof for one vehicle's small day: no better order of all its tasks exists.
//!
//! Paths are grown visit by visit, from the start or from the end, and kept in labels (where, what may not be visited again, when,
//! at what cost). A relaxed pass forgets visits that are far away (ng-routes: Baldacci, Mingozzi, Roberti, "New state-space
//! relaxations for the TSP with time windows", 2012), so it has few labels; with prizes for visits that make forgetting useless
//! (Lagrange), its costs bound from below what the other direction still has to pay. Each pass remembers more than the one before
//! and drops what cannot beat the best known order; the last one remembers everything, and finds the best order or that there is none.

use std::ops::Range;

use crate::instance::Instance;
use crate::labels::{Effort, Labels};
use crate::line::Line;
use crate::prizes::{self, Care};
use crate::side::Side;

/// The largest number of visits that is tried.
pub(crate) const MOST: usize = 30;

/// Labels of one pass at most; what needs more is not proven.
const LABELS: usize = 250_000;

/// What a proof attempt found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing is cheaper than what was known.
    Proven,
    /// These stops, breaks among them, are cheaper, and nothing is cheaper than them.
    Better(Vec<u32>),
    /// It was too much work.
    Unknown,
}

/// Looks for an order of the tasks of `order` on a vehicle of `class` that costs less than `known`, what `order` costs without the
/// vehicle's fixed cost. The first of the [`TRIES`] takes little time, later ones more. `go_on` is asked now and then whether there is time left.
pub(crate) fn prove(
    instance: &Instance<'_>,
    class: u32,
    order: &[u32],
    known: i64,
    tries: Range<usize>,
    go_on: &mut dyn FnMut() -> bool,
) -> Verdict {
    let Some(line) = Line::new(instance, class, order) else {
        return Verdict::Unknown;
    };
    let Ok(known) = i32::try_from(known) else {
        return Verdict::Unknown;
    };
    let sides = Side::both(&line);
    let mut prizes = None;
    let states = line.spots() / line.len();
    for &(care, most) in &CARES[tries] {
        let most = most * (states + 1) / 2;
        let tuned = prizes::tune(&line, &sides, known, care, prizes.as_deref(), go_on);
        let verdict = climb(&line, &sides, &tuned, (known, most), go_on);
        if verdict != Verdict::Unknown || !go_on() {
            return verdict;
        }
        prizes = Some(tuned);
    }
    Verdict::Unknown
}

/// How prizes are tuned, and the most labels the first pass may then have; if it has more, the prizes are no good, and it is done
/// again with more care.
const CARES: [(Care, usize); 3] = [
    (
        Care {
            rounds: 10,
            width: 4,
        },
        20_000,
    ),
    (
        Care {
            rounds: 20,
            width: 8,
        },
        30_000,
    ),
    (
        Care {
            rounds: 40,
            width: 16,
        },
        LABELS,
    ),
];

/// How many tries there are.
pub(crate) const TRIES: usize = CARES.len();

/// With more labels than this, a quick look for a better order pays.
const DIVE: usize = 1000;

/// Labels for each number of visits in such a look.
const NARROW: usize = 50;

/// Passes with growing memory, each bounding the next, until all is remembered.
fn climb(
    line: &Line,
    sides: &[Side<'_>; 2],
    prizes: &[i32],
    (known, first): (i32, usize),
    go_on: &mut dyn FnMut() -> bool,
) -> Verdict {
    let n = line.len();
    let mut effort = Effort {
        known,
        most: first,
        go_on,
    };
    let mut memory = vec![0; n];
    let mut bound: Option<Labels> = None;
    let mut better = None;
    for (pass, near) in CLIMB.into_iter().chain([n]).enumerate() {
        for (mask, more) in memory.iter_mut().zip(line.neighbours(near.min(n))) {
            *mask |= more;
        }
        let side = &sides[pass % 2];
        let Some(labels) = Labels::grow(side, prizes, &memory, bound.as_ref(), &mut effort) else {
            return Verdict::Unknown;
        };
        effort.most = LABELS;
        let named = |path: Vec<usize>| Verdict::Better(line.nodes(&path));
        let cheaper = |labels: &Labels, side, known| {
            labels.best(side, prizes).filter(|(cost, _)| *cost < known)
        };
        let Some((_, path)) = cheaper(&labels, side, effort.known) else {
            return better.map_or(Verdict::Proven, named);
        };
        if near >= n {
            return named(path);
        }
        let path: Vec<usize> = path.into_iter().map(|spot| spot % n).collect();
        remember_cycles(&path, &mut memory);
        if labels.count() > DIVE {
            let side = &sides[(pass + 1) % 2];
            let found = labels.dive(side, prizes, effort.known, NARROW);
            if let Some((cost, path)) = found {
                effort.known = cost;
                better = Some(path);
            }
        }
        bound = Some(labels);
    }
    Verdict::Unknown
}

/// How many visits tasks remember, pass by pass.
const CLIMB: [usize; 4] = [3, 6, 10, 15];

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
