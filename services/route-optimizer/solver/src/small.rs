//! One vehicle, few tasks: a short search, then the proof, then more search only if the proof fails.

use std::ops::Range;

use crate::Budget;
use crate::anneal::Search;
use crate::exact::{self, TRIES, Verdict};
use crate::instance::Instance;

/// Whether the exact method applies: one vehicle, few tasks.
pub(crate) fn applies(instance: &Instance<'_>) -> bool {
    instance.class_of.len() == 1 && (1..=exact::MOST).contains(&instance.tasks)
}

/// Part of the caller's budget, in iterations; the share is reported as if it were all.
struct Part<'b> {
    whole: &'b dyn Budget,
    from: u64,
    to: u64,
}

impl Budget for Part<'_> {
    fn used(&self, iterations: u64) -> f64 {
        ((iterations - self.from) as f64 / (self.to - self.from) as f64).max(
            if self.whole.used(iterations) >= 1.0 {
                1.0
            } else {
                0.0
            },
        )
    }
}

/// Searches, proves if it can, searches on if it cannot. Returns whether the search's best is optimal.
pub(crate) fn run(search: &mut Search<'_>, budget: &dyn Budget) -> bool {
    let instance = search.best.instance;
    let tasks = instance.tasks as u64;
    look(search, budget, if instance.rich { 10 } else { 30 } * tasks);
    if prove(search, 0..1, budget) {
        return true;
    }
    // What is known may be far from the best; a proof that takes longer is worth a better start.
    search.restart();
    look(search, budget, 60 * tasks);
    let mut proven = prove(search, 1..TRIES, budget);
    for _ in 0..PATIENCE {
        if proven || budget.used(search.iterations) >= 1.0 {
            return proven;
        }
        let before = search.best.score;
        search.restart();
        look(search, budget, 200 * tasks);
        if search.best.score < before {
            proven = prove(search, 0..TRIES, budget);
        }
    }
    proven
}

/// Searches for some iterations.
fn look(search: &mut Search<'_>, budget: &dyn Budget, iterations: u64) {
    let part = Part {
        whole: budget,
        from: search.iterations,
        to: search.iterations + iterations,
    };
    search.run(&part);
}

/// Searches without a better solution before giving up.
const PATIENCE: usize = 20;

/// Proves the best solution or finds the best one, if all tasks are assigned but those that no vehicle may do. The exact method
/// knows times, breaks and the order of shipments, but neither loads, limits on travel, nor setups at shared places: what is best
/// without them is best with them, if it keeps them.
fn prove(search: &mut Search<'_>, tries: Range<usize>, budget: &dyn Budget) -> bool {
    let best = &search.best;
    let instance = best.instance;
    if best.absent.iter().any(|&unit| instance.allows(unit, 0)) {
        return false;
    }
    let tasks: Vec<u32> = best.routes[0].nodes(instance).collect();
    if tasks.is_empty() {
        return true;
    }
    let iterations = search.iterations;
    let known = best.routes[0].cost - instance.classes[0].fixed;
    match exact::prove(instance, 0, &tasks, known, tries, &mut || {
        budget.used(iterations) < 1.0
    }) {
        Verdict::Proven => true,
        Verdict::Better(order) => {
            search.best.begin();
            let possible = search.best.resequence(0, &order);
            if !possible {
                search.best.undo();
            }
            possible
        }
        Verdict::Unknown => false,
    }
}
