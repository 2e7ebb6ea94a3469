//! One vehicle, few tasks: a short search, then the proof, then more search only if the proof fails.

use crate::Budget;
use crate::anneal::Search;
use crate::exact::{self, Verdict};
use crate::instance::Instance;

/// Whether the exact method applies: one vehicle, nothing that needs the general search, all tasks assigned (or hopeless).
pub(crate) fn applies(instance: &Instance<'_>) -> bool {
    instance.class_of.len() == 1 && !instance.rich && (1..=exact::MOST).contains(&instance.tasks)
}

/// Part of the caller's budget, in iterations; the share is reported as if it were all.
pub(crate) struct Part<'b> {
    pub whole: &'b dyn Budget,
    pub iterations: u64,
}

impl Budget for Part<'_> {
    fn used(&self, iterations: u64) -> f64 {
        (iterations as f64 / self.iterations as f64).max(if self.whole.used(iterations) >= 1.0 {
            1.0
        } else {
            0.0
        })
    }
}

/// Searches, proves if it can, searches on if it cannot. Returns whether the search's best is optimal.
pub(crate) fn run(search: &mut Search<'_>, budget: &dyn Budget) -> bool {
    let instance = search.best.instance;
    let tasks = instance.tasks as u64;
    search.run(&Part {
        whole: budget,
        iterations: 30 * tasks,
    });
    let mut proven = prove(search, budget);
    for _ in 0..PATIENCE {
        if proven || budget.used(search.iterations) >= 1.0 {
            return proven;
        }
        let before = search.best.score;
        search.restart();
        search.run(&Part {
            whole: budget,
            iterations: search.iterations + 200 * tasks,
        });
        if search.best.score < before {
            proven = prove(search, budget);
        }
    }
    proven
}

/// Searches without a better solution before giving up.
const PATIENCE: usize = 20;

fn prove(search: &mut Search<'_>, budget: &dyn Budget) -> bool {
    let best = &search.best;
    if best.score.absent > 0 {
        return false;
    }
    let instance = best.instance;
    let tasks: Vec<u32> = best.routes[0].nodes(instance).collect();
    let iterations = search.iterations;
    let known = best.routes[0].cost - instance.classes[0].fixed;
    match exact::prove(instance, 0, &tasks, known, &mut || {
        budget.used(iterations) < 1.0
    }) {
        Verdict::Proven => true,
        Verdict::Better(order) => {
            search.best.begin();
            search.best.replace(0, &order)
        }
        Verdict::Unknown => false,
    }
}
