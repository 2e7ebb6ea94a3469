//! The problem as the search reads it: flat arrays over nodes, costs as whole numbers, vehicles in classes.
//!
//! Nodes are the tasks, then the places where routes begin and end, then a "nowhere" that is no way from anything.

use crate::fleet::{self, Class};
use crate::problem::{Kind, Problem, Window};
use crate::ways::Ways;

/// The last second there is: one less than what says "there is no way".
pub(crate) const END_OF_TIME: i64 = u32::MAX as i64 - 1;

/// Stands for no node, no route, no position.
pub(crate) const NONE: u32 = u32::MAX;

/// What the search needs to know of a task.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub place: u32,
    /// The first and the last second of all windows.
    pub ready: i64,
    pub due: i64,
    /// Seconds at the place, setup included where it is always paid.
    pub service: i64,
    /// Seconds of setup that are paid only when the place changes.
    pub setup: i64,
    /// How much of a vehicle's only dimension it takes (plain instances).
    pub demand: i64,
    /// The windows, when there are several.
    pub windows: Vec<(i64, i64)>,
    pub priority: i64,
}

impl Node {
    /// The first allowed second from `time` on; beyond `due` if there is none.
    #[inline]
    pub(crate) fn earliest(&self, time: i64) -> i64 {
        if self.windows.is_empty() {
            time.max(self.ready)
        } else {
            earliest_in(&self.windows, time)
        }
    }

    /// The last allowed second up to `time`; before `ready` (or negative) if there is none.
    #[inline]
    pub(crate) fn latest(&self, time: i64) -> i64 {
        if self.windows.is_empty() {
            if time < self.ready {
                i64::MIN / 4
            } else {
                time.min(self.due)
            }
        } else {
            latest_in(&self.windows, time)
        }
    }
}

pub(crate) fn earliest_in(windows: &[(i64, i64)], time: i64) -> i64 {
    windows
        .iter()
        .find(|w| time <= w.1)
        .map_or(i64::MAX / 4, |w| time.max(w.0))
}

pub(crate) fn latest_in(windows: &[(i64, i64)], time: i64) -> i64 {
    windows
        .iter()
        .rev()
        .find(|w| w.0 <= time)
        .map_or(i64::MIN / 4, |w| time.min(w.1))
}

/// A problem made ready for the search.
#[derive(Debug)]
pub(crate) struct Instance<'a> {
    pub problem: &'a Problem,
    /// How many of the nodes are tasks.
    pub tasks: usize,
    pub nodes: Vec<Node>,
    pub ways: Vec<Ways>,
    pub classes: Vec<Class>,
    /// The class of each vehicle.
    pub class_of: Vec<u32>,
    /// The first vehicle of each class.
    first: Vec<usize>,
    /// Whether a task may be done by a class at all: `task * classes + class`.
    pub fits: Vec<bool>,
    /// What is assigned together: single tasks, and pickups that stand for their shipment.
    pub units: Vec<u32>,
    /// The delivery of a shipment's pickup, or `NONE`.
    pub partner: Vec<u32>,
    /// Dimensions that can run out.
    pub dimensions: usize,
    /// Per task and dimension.
    pub delivery: Vec<i64>,
    pub pickup: Vec<i64>,
    /// Whether breaks, shipments, loads that change on the way, limits on travel or shared setups need the general search.
    pub rich: bool,
    /// Tasks near each task, nearest first.
    pub near: Vec<Vec<u32>>,
}

/// How many neighbours are kept for each task.
const NEAR: usize = 400;

impl<'a> Instance<'a> {
    pub(crate) fn new(problem: &'a Problem) -> Self {
        let tasks = problem.tasks.len();
        let limited = fleet::limited_dimensions(problem);
        let shared = shared_places(problem);
        let mut nodes: Vec<Node> = problem
            .tasks
            .iter()
            .map(|task| {
                let windows = merged(&task.windows);
                let keeps_setup = task.setup > 0 && shared[task.place];
                Node {
                    place: task.place as u32,
                    ready: windows[0].0,
                    due: windows[windows.len() - 1].1,
                    service: i64::from(task.service)
                        + if keeps_setup {
                            0
                        } else {
                            i64::from(task.setup)
                        },
                    setup: if keeps_setup {
                        i64::from(task.setup)
                    } else {
                        0
                    },
                    demand: limited
                        .first()
                        .map_or(0, |&d| amount(&task.delivery, d) + amount(&task.pickup, d)),
                    windows: if windows.len() > 1 {
                        windows
                    } else {
                        Vec::new()
                    },
                    priority: i64::from(task.priority),
                }
            })
            .collect();
        let mut ends: Vec<u32> = problem
            .vehicles
            .iter()
            .flat_map(|v| [v.start, v.end])
            .map(|place| place.map_or(NONE, |p| p as u32))
            .collect();
        ends.push(NONE);
        ends.sort_unstable();
        ends.dedup();
        nodes.extend(ends.iter().map(|&place| Node {
            place,
            ready: 0,
            due: END_OF_TIME,
            service: 0,
            setup: 0,
            demand: 0,
            windows: Vec::new(),
            priority: 0,
        }));
        let end_node = |place: Option<usize>| {
            let place = place.map_or(NONE, |p| p as u32);
            (tasks + ends.partition_point(|&p| p < place)) as u32
        };
        let (mut classes, class_of, rates) = fleet::classes(problem, &limited, end_node);
        let unit = fleet::Unit::new(problem, &nodes, &rates);
        classes
            .iter_mut()
            .for_each(|class| class.fixed = unit.fixed(class.fixed));
        let ways: Vec<Ways> = rates
            .iter()
            .map(|rate| Ways::new(problem, &nodes, &unit.tariff(problem, rate)))
            .collect();
        let fits = fits(problem, &nodes, &classes, &limited);
        let partner = problem
            .tasks
            .iter()
            .map(|t| {
                if let Kind::Pickup(d) = t.kind {
                    d as u32
                } else {
                    NONE
                }
            })
            .collect::<Vec<_>>();
        let units = (0..tasks as u32)
            .filter(|&t| !matches!(problem.tasks[t as usize].kind, Kind::Delivery(_)))
            .collect();
        let flat = |amounts: fn(&crate::problem::Task) -> &Vec<u32>| {
            problem
                .tasks
                .iter()
                .flat_map(|t| limited.iter().map(move |&d| amount(amounts(t), d)))
                .collect::<Vec<i64>>()
        };
        let (delivery, pickup) = (flat(|t| &t.delivery), flat(|t| &t.pickup));
        let mixed = delivery.iter().any(|&a| a > 0) && pickup.iter().any(|&a| a > 0);
        let rich = mixed
            || limited.len() > 1
            || partner.iter().any(|&p| p != NONE)
            || nodes.iter().any(|n| n.setup > 0)
            || problem.vehicles.iter().any(|v| {
                !v.breaks.is_empty() || v.max_travel_time.is_some() || v.max_distance.is_some()
            });
        let near = near(tasks, &nodes, &ways);
        let first = (0..classes.len())
            .filter_map(|class| class_of.iter().position(|&c| c as usize == class))
            .collect();
        Self {
            problem,
            first,
            tasks,
            nodes,
            ways,
            classes,
            class_of,
            fits,
            units,
            partner,
            dimensions: limited.len(),
            delivery,
            pickup,
            rich,
            near,
        }
    }

    /// Whether a unit may be done by vehicles of a class at all.
    #[inline]
    pub(crate) fn allows(&self, unit: u32, class: u32) -> bool {
        self.fits[unit as usize * self.classes.len() + class as usize]
    }

    /// Each class with the first vehicle of it.
    pub(crate) fn first_of_class(
        &self,
    ) -> impl Iterator<Item = (u32, &'a crate::problem::Vehicle)> {
        (0..).zip(
            self.first
                .iter()
                .map(|&vehicle| &self.problem.vehicles[vehicle]),
        )
    }

    /// The tasks of a unit.
    pub(crate) fn members(&self, unit: u32) -> impl Iterator<Item = u32> {
        let partner = self.partner[unit as usize];
        std::iter::once(unit).chain((partner != NONE).then_some(partner))
    }
}

/// Which task can be done by which class; a shipment only where both its tasks can.
fn fits(problem: &Problem, nodes: &[Node], classes: &[Class], limited: &[usize]) -> Vec<bool> {
    let alone = |t: usize, class: &Class| class.fits(&problem.tasks[t], &nodes[t], limited);
    (0..problem.tasks.len())
        .flat_map(|t| {
            let other = match problem.tasks[t].kind {
                Kind::Single => t,
                Kind::Pickup(other) | Kind::Delivery(other) => other,
            };
            classes
                .iter()
                .map(move |class| alone(t, class) && alone(other, class))
        })
        .collect()
}

pub(crate) fn amount(amounts: &[u32], dimension: usize) -> i64 {
    amounts.get(dimension).map_or(0, |&a| i64::from(a))
}

/// Windows as pairs; none means always.
pub(crate) fn merged(windows: &[Window]) -> Vec<(i64, i64)> {
    if windows.is_empty() {
        return vec![(0, END_OF_TIME)];
    }
    windows
        .iter()
        .map(|w| (i64::from(w.start), i64::from(w.end).min(END_OF_TIME)))
        .collect()
}

/// Places at which two tasks, or a task and a route's start, might follow each other without travel.
fn shared_places(problem: &Problem) -> Vec<bool> {
    let mut seen = vec![0u8; problem.places];
    for place in problem.tasks.iter().map(|t| t.place) {
        seen[place] = seen[place].saturating_add(1);
    }
    for place in problem.vehicles.iter().filter_map(|v| v.start) {
        seen[place] = seen[place].max(1) + u8::from(seen[place] < u8::MAX);
    }
    seen.into_iter().map(|count| count > 1).collect()
}

/// Tasks by how near they are, there and back, on any vehicle's ways.
fn near(tasks: usize, nodes: &[Node], ways: &[Ways]) -> Vec<Vec<u32>> {
    let Some(ways) = ways.first() else {
        return vec![Vec::new(); tasks];
    };
    debug_assert!(nodes.len() >= tasks);
    let mut all: Vec<(u64, u32)> = Vec::with_capacity(tasks);
    (0..tasks as u32)
        .map(|task| {
            all.clear();
            let (out, into) = (ways.out_of(task), ways.into(task));
            all.extend((0..tasks as u32).filter(|&t| t != task).map(|t| {
                (
                    u64::from(out[t as usize].cost) + u64::from(into[t as usize].cost),
                    t,
                )
            }));
            let keep = NEAR.min(all.len());
            if keep < all.len() {
                all.select_nth_unstable(keep);
                all.truncate(keep);
            }
            all.sort_unstable();
            all.iter().map(|&(_, t)| t).collect()
        })
        .collect()
}
