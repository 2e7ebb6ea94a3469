//! Routes with everything: breaks, shipments, loads that change on the way, limits on travel, setups that depend on the stop before.
//!
//! A break has no place; the leg around it may be driven before and after it. What was idle before the break counts as driven
//! (`driven`), so the earliest schedule stays the best one, and a stop fits in front of some breaks if it is over before the
//! latest start of the first of them and before the stop behind them less their length and the leg.

mod fit;

use crate::fleet::Class;
use crate::instance::{Instance, earliest_in, latest_in};
use crate::route::{BREAKS, Route};
use crate::ways::Leg;

/// What is kept for each item and for the route besides [`Item`].
#[derive(Debug, Clone, Default)]
pub(crate) struct Loaded {
    more: Vec<More>,
    /// Per item and dimension: room left on the leg after the item.
    room: Vec<i64>,
    /// The same, and during the item if it is a break.
    tight: Vec<i64>,
    /// Least room from the start up to the leg after the item.
    before: Vec<i64>,
    /// Least room from the leg after the item to the end.
    after: Vec<i64>,
    travel: i64,
    meters: i64,
}

#[derive(Debug, Clone, Copy, Default)]
struct More {
    /// Like [`Item::late`] when no setup is due at the next place.
    bare: i64,
    /// The node where the vehicle was last, this one included.
    last: u32,
    /// The next item with a place, this one included.
    next: u32,
    /// Seconds of the leg from `last` that can have been driven by now.
    driven: i64,
    /// Seconds of breaks from here to `next`.
    pauses: i64,
}

impl Loaded {
    pub(crate) fn copy_from(&mut self, other: &Self) {
        self.more.clone_from(&other.more);
        self.room.clone_from(&other.room);
        self.tight.clone_from(&other.tight);
        self.before.clone_from(&other.before);
        self.after.clone_from(&other.after);
        (self.travel, self.meters) = (other.travel, other.meters);
    }
}

/// A vehicle somewhere along its way.
#[derive(Debug, Clone, Copy)]
struct Now {
    depart: i64,
    driven: i64,
    last: u32,
}

impl Route {
    fn now(&self, at: usize) -> Now {
        let more = &self.loaded.more[at];
        Now {
            depart: self.items[at].depart,
            driven: more.driven,
            last: more.last,
        }
    }

    pub(crate) fn refresh_loaded(&mut self, instance: &Instance<'_>) -> bool {
        let class = &instance.classes[self.class as usize];
        let ways = &instance.ways[class.ways];
        let last = self.items.len() - 1;
        self.tasks = last - 1 - class.breaks.len();
        self.cost = if self.tasks > 0 { class.fixed } else { 0 };
        let loaded = &mut self.loaded;
        (loaded.travel, loaded.meters) = (0, 0);
        loaded.more.clear();
        loaded.more.resize(last + 1, More::default());
        self.items[0].depart = class.opens;
        let mut now = Now {
            depart: class.opens,
            driven: 0,
            last: class.start,
        };
        loaded.more[0].last = class.start;
        let mut possible = true;
        for i in 1..=last {
            let node = self.items[i].node;
            let leg = if node >= BREAKS {
                Leg::default()
            } else {
                ways.leg(now.last, node)
            };
            let used = node < BREAKS && self.tasks > 0;
            if used {
                self.cost += i64::from(leg.cost);
                loaded.travel += i64::from(leg.time);
                loaded.meters += ways.meters(now.last, node);
            }
            self.items[i].cost = if used { leg.cost } else { 0 };
            let idle_leg = if self.tasks > 0 || node >= BREAKS {
                leg
            } else {
                Leg::default()
            };
            possible &= now.go(instance, class, node, idle_leg);
            self.items[i].depart = now.depart;
            loaded.more[i] = More {
                last: now.last,
                driven: now.driven,
                ..More::default()
            };
        }
        possible &= now.depart <= class.closes && self.tasks <= class.max_tasks;
        possible &= loaded.travel <= class.max_travel && loaded.meters <= class.max_meters;
        self.refresh_late(instance, class);
        possible & self.refresh_room(instance, class)
    }

    fn refresh_late(&mut self, instance: &Instance<'_>, class: &Class) {
        let ways = &instance.ways[class.ways];
        let last = self.items.len() - 1;
        self.items[last].late = class.closes;
        let more = &mut self.loaded.more;
        more[last] = More {
            bare: class.closes,
            next: last as u32,
            pauses: 0,
            ..more[last]
        };
        for i in (0..last).rev() {
            let node = self.items[i].node;
            if node >= BREAKS {
                let pause = &class.breaks[(node - BREAKS) as usize];
                self.items[i].late =
                    latest_in(&pause.windows, self.items[i + 1].late - pause.service);
                more[i].bare = latest_in(&pause.windows, more[i + 1].bare - pause.service);
                more[i].next = more[i + 1].next;
                more[i].pauses = more[i + 1].pauses + pause.service;
                continue;
            }
            let here = &instance.nodes[node as usize];
            let after = more[i + 1];
            let next = self.items[after.next as usize];
            let setup = here.place != instance.nodes[next.node as usize].place;
            let time = i64::from(ways.leg(node, next.node).time);
            let time = if self.tasks > 0 { time } else { 0 };
            let arrive = if setup {
                next.late
            } else {
                more[after.next as usize].bare
            };
            let mut leave = arrive - after.pauses - time;
            if after.next as usize > i + 1 {
                leave = leave.min(if setup {
                    self.items[i + 1].late
                } else {
                    after.bare
                });
            }
            self.items[i].late = here.latest(leave - here.service - here.setup);
            more[i].bare = here.latest(leave - here.service);
            more[i].next = i as u32;
            more[i].pauses = 0;
        }
    }

    fn refresh_room(&mut self, instance: &Instance<'_>, class: &Class) -> bool {
        let dimensions = instance.dimensions;
        if dimensions == 0 {
            return true;
        }
        let count = self.items.len();
        let tasks = instance.tasks as u32;
        let loaded = &mut self.loaded;
        for list in [
            &mut loaded.room,
            &mut loaded.tight,
            &mut loaded.before,
            &mut loaded.after,
        ] {
            list.clear();
            list.resize(count * dimensions, 0);
        }
        let single = |node: u32| {
            node < tasks
                && matches!(
                    instance.problem.tasks[node as usize].kind,
                    crate::problem::Kind::Single
                )
        };
        for d in 0..dimensions {
            let amount = |list: &[i64], node: u32| {
                if node < tasks {
                    list[node as usize * dimensions + d]
                } else {
                    0
                }
            };
            let mut load: i64 = self
                .items
                .iter()
                .filter(|i| single(i.node))
                .map(|i| amount(&instance.delivery, i.node))
                .sum();
            let mut least = i64::MAX;
            for (i, item) in self.items.iter().enumerate() {
                load += amount(&instance.pickup, item.node) - amount(&instance.delivery, item.node);
                let room = class.capacity[d] - load;
                let tight = if item.node >= BREAKS {
                    room.min(class.breaks[(item.node - BREAKS) as usize].max_load[d] - load)
                } else {
                    room
                };
                least = least.min(tight);
                loaded.room[i * dimensions + d] = room;
                loaded.tight[i * dimensions + d] = tight;
                loaded.before[i * dimensions + d] = least;
            }
            let mut least = i64::MAX;
            for i in (0..count).rev() {
                loaded.after[i * dimensions + d] = least.min(loaded.room[i * dimensions + d]);
                least = least.min(loaded.tight[i * dimensions + d]);
            }
        }
        loaded.before[(count - 1) * dimensions..]
            .iter()
            .all(|&room| room >= 0)
    }
}

impl Now {
    /// Goes on to a node or break. Returns whether that can begin in time there.
    fn go(&mut self, instance: &Instance<'_>, class: &Class, node: u32, leg: Leg) -> bool {
        if node >= BREAKS {
            let pause = &class.breaks[(node - BREAKS) as usize];
            let start = earliest_in(&pause.windows, self.depart);
            self.driven += start - self.depart;
            self.depart = start + pause.service;
            return start <= pause.windows[pause.windows.len() - 1].1;
        }
        let here = &instance.nodes[node as usize];
        let start = here.earliest(self.depart + (i64::from(leg.time) - self.driven).max(0));
        let setup = if instance.nodes[self.last as usize].place == here.place {
            0
        } else {
            here.setup
        };
        *self = Self {
            depart: start.saturating_add(here.service + setup),
            driven: 0,
            last: node,
        };
        start <= here.due
    }
}
