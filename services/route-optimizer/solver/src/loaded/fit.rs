//! Where a task, or a shipment's two, fit into a route with everything.

use super::Now;
use crate::fleet::Class;
use crate::instance::{Instance, NONE};
use crate::route::{BREAKS, Gap, Item, Route};
use crate::ways::Leg;

/// What a change does to the route's sums.
#[derive(Debug, Clone, Copy, Default)]
struct Delta {
    cost: i64,
    travel: i64,
    meters: i64,
}

impl Route {
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
