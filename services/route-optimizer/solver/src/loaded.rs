//! Routes with everything: breaks, shipments, loads that change on the way, limits on travel, setups that depend on the stop before.
//!
//! A break has no place; the leg around it may be driven before and after it. What was idle before the break counts as driven
//! (`driven`), so the earliest schedule stays the best one, and a stop fits in front of some breaks if it is over before the
//! latest start of the first of them and before the stop behind them less their length and the leg.

use crate::fleet::Class;
use crate::instance::{Instance, Leg, NONE, earliest_in, latest_in};
use crate::route::{BREAKS, Gap, Item, Route};

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

/// What a change does to the route's sums.
#[derive(Debug, Clone, Copy, Default)]
struct Delta {
    cost: i64,
    travel: i64,
    meters: i64,
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

    /// Whether items from `at` on can follow.
    fn continues(&self, instance: &Instance<'_>, class: &Class, now: Now, at: usize) -> bool {
        let more = &self.loaded.more;
        let next = more[at].next as usize;
        let node = self.items[next].node;
        let setup = instance.nodes[now.last as usize].place != instance.nodes[node as usize].place;
        let late = |i: usize| {
            if setup {
                self.items[i].late
            } else {
                more[i].bare
            }
        };
        let left =
            (i64::from(instance.ways[class.ways].leg(now.last, node).time) - now.driven).max(0);
        now.depart <= late(at) && now.depart + more[at].pauses + left <= late(next)
    }

    /// What the leg to the next place from `at` on costs now.
    fn old_leg(&self, instance: &Instance<'_>, class: &Class, last: u32, at: usize) -> Delta {
        if self.tasks == 0 {
            Delta {
                cost: -class.fixed,
                ..Delta::default()
            }
        } else {
            leg(
                instance,
                class,
                last,
                self.items[self.loaded.more[at].next as usize].node,
            )
        }
    }

    fn within(&self, class: &Class, delta: Delta) -> bool {
        self.loaded.travel + delta.travel <= class.max_travel
            && self.loaded.meters + delta.meters <= class.max_meters
    }

    #[inline(never)]
    pub(crate) fn best_loaded_gap(
        &self,
        instance: &Instance<'_>,
        unit: u32,
        floor: i64,
        best: Gap,
    ) -> Gap {
        let class = &instance.classes[self.class as usize];
        let delivery = instance.partner[unit as usize];
        if self.tasks + 1 + usize::from(delivery != NONE) > class.max_tasks {
            return best;
        }
        if delivery != NONE {
            return self.best_pair(instance, class, (unit, delivery), floor, best);
        }
        let dimensions = instance.dimensions;
        let amounts = unit as usize * dimensions..(unit as usize + 1) * dimensions;
        let mut best = best;
        for at in 1..self.items.len() {
            let mut now = self.now(at - 1);
            if now.depart > instance.nodes[unit as usize].due {
                break;
            }
            let next = self.items[self.loaded.more[at].next as usize].node;
            let to = leg(instance, class, now.last, unit);
            let delta = to
                .plus(leg(instance, class, unit, next))
                .minus(self.old_leg(instance, class, now.last, at));
            let rooms = (at - 1) * dimensions..at * dimensions;
            if delta.cost >= best.cost
                || !self.within(class, delta)
                || !enough(
                    &self.loaded.before[rooms.clone()],
                    &instance.delivery[amounts.clone()],
                )
                || !enough(&self.loaded.after[rooms], &instance.pickup[amounts.clone()])
            {
                continue;
            }
            if now.go(
                instance,
                class,
                unit,
                instance.ways[class.ways].leg(now.last, unit),
            ) && self.continues(instance, class, now, at)
                && delta.cost > floor
            {
                best = Gap {
                    cost: delta.cost,
                    at: at as u32,
                    then: NONE,
                };
            }
        }
        best
    }

    /// The cheapest two gaps for a shipment: every gap for the pickup, and from there on along the route for the delivery.
    fn best_pair(
        &self,
        instance: &Instance<'_>,
        class: &Class,
        (pickup, delivery): (u32, u32),
        floor: i64,
        best: Gap,
    ) -> Gap {
        let dimensions = instance.dimensions;
        let goods = &instance.pickup[pickup as usize * dimensions..][..dimensions];
        let ways = &instance.ways[class.ways];
        let mut best = best;
        for at in 1..self.items.len() {
            let mut now = self.now(at - 1);
            if now.depart > instance.nodes[pickup as usize].due {
                break;
            }
            if !enough(
                &self.loaded.room[(at - 1) * dimensions..at * dimensions],
                goods,
            ) {
                continue;
            }
            let mut delta = leg(instance, class, now.last, pickup)
                .minus(self.old_leg(instance, class, now.last, at));
            if !now.go(instance, class, pickup, ways.leg(now.last, pickup)) {
                continue;
            }
            let mut apart = false;
            for then in at..self.items.len() {
                let next = self.items[self.loaded.more[then].next as usize].node;
                let mut there = now;
                let mut total = delta
                    .plus(leg(instance, class, now.last, delivery))
                    .plus(leg(instance, class, delivery, next));
                if apart {
                    total = total.minus(leg(instance, class, now.last, next));
                }
                if total.cost < best.cost
                    && self.within(class, total)
                    && there.go(instance, class, delivery, ways.leg(now.last, delivery))
                    && self.continues(instance, class, there, then)
                    && total.cost > floor
                {
                    best = Gap {
                        cost: total.cost,
                        at: at as u32,
                        then: then as u32,
                    };
                }
                let node = self.items[then].node;
                if then + 1 == self.items.len()
                    || !enough(
                        &self.loaded.tight[then * dimensions..(then + 1) * dimensions],
                        goods,
                    )
                {
                    break;
                }
                if node < BREAKS {
                    if !apart {
                        delta = delta.plus(leg(instance, class, now.last, node));
                    }
                    apart = true;
                }
                if !self.continues(instance, class, now, then) {
                    break;
                }
                let way = if node < BREAKS {
                    ways.leg(now.last, node)
                } else {
                    Leg::default()
                };
                if !now.go(instance, class, node, way) {
                    break;
                }
            }
        }
        best
    }

    pub(crate) fn insert_loaded(&mut self, instance: &Instance<'_>, unit: u32, gap: Gap) {
        let item = |node| Item {
            node,
            cost: 0,
            depart: 0,
            late: 0,
        };
        if gap.then != NONE {
            self.items
                .insert(gap.then as usize, item(instance.partner[unit as usize]));
        }
        self.items.insert(gap.at as usize, item(unit));
        let possible = self.refresh_loaded(instance);
        debug_assert!(possible, "a gap that was found must be one");
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

impl Delta {
    fn plus(self, other: Self) -> Self {
        Self {
            cost: self.cost + other.cost,
            travel: self.travel + other.travel,
            meters: self.meters + other.meters,
        }
    }

    fn minus(self, other: Self) -> Self {
        Self {
            cost: self.cost - other.cost,
            travel: self.travel - other.travel,
            meters: self.meters - other.meters,
        }
    }
}

fn leg(instance: &Instance<'_>, class: &Class, from: u32, to: u32) -> Delta {
    let ways = &instance.ways[class.ways];
    let leg = ways.leg(from, to);
    Delta {
        cost: i64::from(leg.cost),
        travel: i64::from(leg.time),
        meters: ways.meters(from, to),
    }
}

fn enough(room: &[i64], needed: &[i64]) -> bool {
    room.iter().zip(needed).all(|(room, needed)| room >= needed)
}
