//! Putting absent tasks back, one after the other, each where it costs least.
//!
//! The order is drawn anew each time. Where priorities differ, half of the time the important ones come first; of what has been
//! absent for long only a sample is tried.

use crate::instance::Instance;
use crate::random::Random;
use crate::route::Gap;
use crate::state::State;

/// Chance to overlook the best gap so far.
const BLINK: f64 = 0.01;

/// How many of the units that were absent before are tried again.
const RETRY: usize = 12;

/// What orders need to know, per task.
#[derive(Debug)]
pub(crate) struct Recreate {
    far: Vec<i64>,
    size: Vec<i64>,
    width: Vec<i64>,
    ready: Vec<i64>,
    due: Vec<i64>,
    priorities: bool,
    windows: bool,
    list: Vec<(i64, u32)>,
}

impl Recreate {
    pub(crate) fn new(instance: &Instance<'_>) -> Self {
        let ways = instance.ways.first();
        let starts: Vec<u32> = instance
            .classes
            .iter()
            .flat_map(|c| [c.start, c.end])
            .collect();
        let far = |task: u32| {
            let leg = |depot: u32| ways.map_or(0, |w| i64::from(w.leg(depot, task).cost));
            starts
                .iter()
                .map(|&s| leg(s))
                .filter(|&c| c > 0)
                .min()
                .unwrap_or(0)
        };
        let nodes = &instance.nodes[..instance.tasks];
        let dimensions = instance.dimensions;
        let size = |t: usize| {
            (0..dimensions)
                .map(|d| {
                    instance.delivery[t * dimensions + d] + instance.pickup[t * dimensions + d]
                })
                .sum()
        };
        Self {
            far: (0..instance.tasks as u32).map(far).collect(),
            size: (0..instance.tasks).map(size).collect(),
            width: nodes
                .iter()
                .map(|n| {
                    if n.windows.is_empty() {
                        n.due - n.ready
                    } else {
                        n.windows.iter().map(|w| w.1 - w.0).sum()
                    }
                })
                .collect(),
            ready: nodes.iter().map(|n| n.ready).collect(),
            due: nodes.iter().map(|n| n.due).collect(),
            priorities: nodes.iter().any(|n| n.priority != nodes[0].priority),
            windows: nodes
                .iter()
                .any(|n| (n.ready, n.due) != (nodes[0].ready, nodes[0].due)),
            list: Vec::new(),
        }
    }

    /// Tries to insert what is absent: all that came out in this iteration (from `fresh` on) and some of the rest.
    pub(crate) fn apply(&mut self, state: &mut State<'_>, fresh: usize, random: &mut Random) {
        let fresh = fresh.min(state.absent.len());
        for i in 0..RETRY.min(fresh) {
            let j = i + random.below(fresh - i);
            state.absent.swap(i, j);
        }
        let kept = RETRY.min(fresh);
        let kind = random.below(if self.windows { 13 } else { 9 });
        let instance = state.instance;
        self.list.clear();
        for i in (0..kept).chain(fresh..state.absent.len()) {
            let unit = state.absent[i];
            let u = unit as usize;
            let key = match kind {
                0..=3 => random.below(1 << 30) as i64,
                4..=5 => -self.size[u],
                6..=7 => -self.far[u],
                8 => self.far[u],
                9..=10 => self.width[u],
                11 => self.ready[u],
                _ => -self.due[u],
            };
            self.list.push((key, unit));
        }
        if self.priorities && random.chance(0.5) {
            self.list
                .sort_by_key(|&(key, unit)| (-instance.nodes[unit as usize].priority, key));
        } else {
            self.list.sort_by_key(|&(key, _)| key);
        }
        state.absent.truncate(fresh);
        state.absent.drain(..kept);
        for i in 0..self.list.len() {
            let unit = self.list[i].1;
            if !insert_best(state, unit, &mut || random.chance(BLINK)) {
                state.absent.push(unit);
            }
        }
    }
}

/// Inserts a unit where it costs least. Returns whether there was a gap.
pub(crate) fn insert_best(
    state: &mut State<'_>,
    unit: u32,
    blink: &mut impl FnMut() -> bool,
) -> bool {
    let instance = state.instance;
    let mut best = Gap::NOWHERE;
    let mut to = 0;
    for &route in &state.used {
        let candidate = &state.routes[route as usize];
        if !instance.allows(unit, candidate.class) {
            continue;
        }
        let gap = candidate.best_gap(instance, unit, best, blink);
        if gap != best {
            (best, to) = (gap, route);
        }
    }
    for class in 0..instance.classes.len() as u32 {
        let Some(route) = state.idle_vehicle(class) else {
            continue;
        };
        if !instance.allows(unit, class) {
            continue;
        }
        let gap = state.routes[route as usize].best_gap(instance, unit, best, blink);
        if gap != best {
            (best, to) = (gap, route);
        }
    }
    if best == Gap::NOWHERE {
        return false;
    }
    state.put(unit, to, best);
    true
}
