//! Putting absent tasks back, one after the other, each where it costs least.
//!
//! The order is drawn anew each time. Where priorities differ, half of the time the important ones come first; of what has been
//! absent for long only a sample is tried.

use crate::anneal::Limit;
use crate::instance::{Instance, NONE};
use crate::random::Random;
use crate::route::Gap;
use crate::state::{Score, State};

/// Chance to overlook the best gap so far.
const BLINK: f64 = 0.01;

/// How many of the units that were absent before are tried again.
const RETRY: usize = 6;

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
    /// The least it ever cost to put a unit back.
    least: Vec<i64>,
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
            least: vec![i64::MAX; instance.tasks],
        }
    }

    /// Tries to insert what is absent: all that came out in this iteration (from `fresh` on) and some of the rest.
    /// With `open` the first of them opens a route of its own. Gives up as soon as what comes out must weigh too much; returns whether it does not.
    pub(crate) fn apply(
        &mut self,
        state: &mut State<'_>,
        fresh: usize,
        open: bool,
        limit: Limit,
        random: &mut Random,
    ) -> bool {
        let fresh = fresh.min(state.absent.len());
        for i in 0..RETRY.min(fresh) {
            let j = i + random.below(fresh - i);
            state.absent.swap(i, j);
        }
        let kept = RETRY.min(fresh);
        let nearby = if random.chance(0.1) {
            usize::MAX
        } else {
            NEARBY.max(LOOKS / state.instance.tasks)
        };
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
        let mut hope: f64 = (self.list.iter())
            .map(|&(_, unit)| self.hope(instance, unit, limit))
            .sum();
        for i in 0..self.list.len() {
            let unit = self.list[i].1;
            if limit.penalty.weigh(state.score) - hope > limit.most {
                return false;
            }
            hope -= self.hope(instance, unit, limit);
            let before = state.score.cost;
            let opened = i == 0 && open && insert_into_idle(state, unit);
            if !opened && !insert_best(state, unit, nearby, random.chance(BLINK)) {
                state.absent.push(unit);
            } else {
                let least = &mut self.least[unit as usize];
                *least = (*least).min(state.score.cost - before);
            }
        }
        limit.penalty.weigh(state.score) <= limit.most
    }

    /// What putting a unit back can make a solution lighter by: what it weighs less the least it ever cost.
    fn hope(&self, instance: &Instance<'_>, unit: u32, limit: Limit) -> f64 {
        let mut alone = Score::default();
        for task in instance.members(unit) {
            alone.absent += 1;
            alone.priority += instance.nodes[task as usize].priority;
        }
        let least = self.least[unit as usize];
        let least = if least == i64::MAX { 0.0 } else { least as f64 };
        (limit.penalty.weigh(alone) - least).max(0.0)
    }
}

/// Routes of this many nearest tasks are looked at first; the others only if none of them has room, or once in ten iterations.
const NEARBY: usize = 30;

/// In small problems more: this many in all tasks' lists together.
const LOOKS: usize = 10_000;

/// Inserts a unit where it costs least, as far as its neighbours' routes and unused vehicles tell; overlooking the best gap, where
/// it costs a little more. Returns whether there was a gap.
fn insert_best(state: &mut State<'_>, unit: u32, nearby: usize, blink: bool) -> bool {
    let (mut gap, mut route) = find_best(state, unit, nearby, i64::MIN);
    if gap == Gap::NOWHERE {
        return false;
    }
    if blink {
        let (second, other) = find_best(state, unit, nearby, gap.cost);
        if second != Gap::NOWHERE {
            (gap, route) = (second, other);
        }
    }
    state.put(unit, route, gap);
    true
}

/// The cheapest gap that costs more than `floor`, and its route.
fn find_best(state: &mut State<'_>, unit: u32, nearby: usize, floor: i64) -> (Gap, u32) {
    let instance = state.instance;
    let mut best = (Gap::NOWHERE, 0);
    state.seen.1 += 1;
    let State {
        seen,
        routes,
        route_of,
        used,
        ..
    } = state;
    let look = |route: u32, best: &mut (Gap, u32)| {
        let candidate = &routes[route as usize];
        if instance.allows(unit, candidate.class) {
            let gap = candidate.best_gap(instance, unit, floor, best.0);
            if gap != best.0 {
                *best = (gap, route);
            }
        }
    };
    let all = nearby >= instance.tasks;
    let mut unseen = used.len();
    if !all {
        for &neighbour in instance.near[unit as usize].iter().take(nearby) {
            let route = route_of[neighbour as usize];
            if route != NONE && seen.0[route as usize] != seen.1 {
                seen.0[route as usize] = seen.1;
                look(route, &mut best);
                unseen -= 1;
                if unseen == 0 {
                    break;
                }
            }
        }
    }
    if all || best.0 == Gap::NOWHERE {
        for &route in used.iter() {
            if seen.0[route as usize] != seen.1 {
                look(route, &mut best);
            }
        }
    }
    for class in 0..instance.classes.len() as u32 {
        if let Some(&route) = state.idle[class as usize].last() {
            look(route, &mut best);
        }
    }
    best
}

/// Gives a unit an unused vehicle, the cheapest. Returns whether there was one that can.
fn insert_into_idle(state: &mut State<'_>, unit: u32) -> bool {
    let instance = state.instance;
    let vehicles = (0..instance.classes.len()).filter(|&class| instance.allows(unit, class as u32));
    let gaps = vehicles.filter_map(|class| {
        let route = *state.idle[class].last()?;
        let gap = state.routes[route as usize].best_gap(instance, unit, i64::MIN, Gap::NOWHERE);
        (gap != Gap::NOWHERE).then_some((gap.cost, route, gap))
    });
    let Some((_, route, gap)) = gaps.min_by_key(|&(cost, route, _)| (cost, route)) else {
        return false;
    };
    state.put(unit, route, gap);
    true
}

/// Inserts a unit into one route, where it costs least. Returns whether there was a gap.
pub(crate) fn insert_into(state: &mut State<'_>, unit: u32, route: u32) -> bool {
    let gap = state.routes[route as usize].best_gap(state.instance, unit, i64::MIN, Gap::NOWHERE);
    if gap == Gap::NOWHERE {
        return false;
    }
    state.put(unit, route, gap);
    true
}
