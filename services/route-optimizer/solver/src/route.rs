//! A route under construction, with what makes inserting into it a constant-time question.
//!
//! Every item knows the earliest moment the vehicle can leave it and the latest moment it may begin there; whether a task fits
//! between two items is then three additions (Savelsbergh, 1992).

use crate::instance::{Instance, NONE, Node};
use crate::loaded::Loaded;
use crate::ways::Ways;

/// A stop of a route in the making.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Item {
    /// A node; from [`BREAKS`] on a break of the vehicle.
    pub node: u32,
    /// Cost of the way here from the node before.
    pub cost: u32,
    /// The earliest moment the vehicle can be done here.
    pub depart: i64,
    /// The latest moment it may begin here.
    pub late: i64,
}

/// Where breaks begin among the numbers of nodes.
pub(crate) const BREAKS: u32 = 1 << 31;

/// One vehicle's tasks between its start and its end.
#[derive(Debug, Clone, Default)]
pub(crate) struct Route {
    pub class: u32,
    /// Start, tasks and breaks, end.
    pub items: Vec<Item>,
    /// How many of the items are tasks.
    pub tasks: usize,
    /// What the tasks take of the only dimension (plain instances).
    pub load: i64,
    /// Travel and the vehicle's fixed cost; zero for an unused vehicle.
    pub cost: i64,
    /// What the general search keeps besides.
    pub loaded: Loaded,
}

/// A place for a task in a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gap {
    /// What it adds to the cost.
    pub cost: i64,
    /// The index the task will have among the items.
    pub at: u32,
    /// For a shipment: the index its delivery will have.
    pub then: u32,
}

impl Gap {
    pub(crate) const NOWHERE: Self = Self {
        cost: i64::MAX,
        at: NONE,
        then: NONE,
    };
}

impl Route {
    /// A vehicle that stays where it is.
    pub(crate) fn idle(instance: &Instance<'_>, class: u32) -> Self {
        let c = &instance.classes[class as usize];
        let item = |node| Item {
            node,
            cost: 0,
            depart: 0,
            late: 0,
        };
        let breaks = (0..c.breaks.len() as u32).map(|b| BREAKS + b);
        let items = std::iter::once(c.start)
            .chain(breaks)
            .chain([c.end])
            .map(item)
            .collect();
        let mut route = Self {
            class,
            items,
            ..Self::default()
        };
        route.refresh(instance);
        route
    }

    /// Its tasks, in their order.
    pub(crate) fn nodes(&self, instance: &Instance<'_>) -> impl Iterator<Item = u32> {
        let tasks = instance.tasks as u32;
        self.items
            .iter()
            .map(|item| item.node)
            .filter(move |&node| node < tasks)
    }

    /// Computes everything anew from the sequence of items. Returns whether the route is possible.
    pub(crate) fn refresh(&mut self, instance: &Instance<'_>) -> bool {
        if instance.rich {
            return self.refresh_loaded(instance);
        }
        let class = &instance.classes[self.class as usize];
        let ways = &instance.ways[class.ways];
        let last = self.items.len() - 1;
        self.tasks = last - 1;
        self.items[0].depart = class.opens;
        self.cost = if self.tasks > 0 { class.fixed } else { 0 };
        self.load = 0;
        let mut possible = true;
        for i in 1..=last {
            let before = self.items[i - 1];
            let item = &mut self.items[i];
            let node = &instance.nodes[item.node as usize];
            let leg = ways.leg(before.node, item.node);
            let start = node.earliest(before.depart + i64::from(leg.time));
            possible &= start <= node.due;
            item.depart = start + node.service;
            item.cost = if last > 1 { leg.cost } else { 0 };
            self.cost += i64::from(item.cost);
            self.load += node.demand;
        }
        possible &= self.items[last].depart <= class.closes;
        self.items[last].late = class.closes;
        for i in (0..last).rev() {
            let node = &instance.nodes[self.items[i].node as usize];
            let next = self.items[i + 1];
            self.items[i].late = node.latest(
                next.late - i64::from(ways.leg(self.items[i].node, next.node).time) - node.service,
            );
        }
        possible
            && class.capacity.first().is_none_or(|&c| self.load <= c)
            && self.tasks <= class.max_tasks
    }

    /// Puts a task at a gap found by [`Route::best_gap`].
    pub(crate) fn insert(&mut self, instance: &Instance<'_>, unit: u32, gap: Gap) {
        if instance.rich {
            return self.insert_loaded(instance, unit, gap);
        }
        let class = &instance.classes[self.class as usize];
        let ways = &instance.ways[class.ways];
        let at = gap.at as usize;
        self.cost += gap.cost;
        self.tasks += 1;
        self.load += instance.nodes[unit as usize].demand;
        let cost = ways.leg(self.items[at - 1].node, unit).cost;
        self.items.insert(
            at,
            Item {
                node: unit,
                cost,
                depart: i64::MIN,
                late: i64::MIN,
            },
        );
        let next = self.items[at + 1].node;
        self.items[at + 1].cost = ways.leg(unit, next).cost;
        for i in at..self.items.len() {
            let before = self.items[i - 1];
            let item = &mut self.items[i];
            let node = &instance.nodes[item.node as usize];
            let depart = node
                .earliest(before.depart + i64::from(ways.leg(before.node, item.node).time))
                + node.service;
            if depart == item.depart {
                break;
            }
            item.depart = depart;
        }
        for i in (0..=at).rev() {
            let node = &instance.nodes[self.items[i].node as usize];
            let next = self.items[i + 1];
            let late = node.latest(
                next.late - i64::from(ways.leg(self.items[i].node, next.node).time) - node.service,
            );
            if late == self.items[i].late {
                break;
            }
            self.items[i].late = late;
        }
    }

    /// The cheapest gap for a unit that costs less than `best` and more than `floor`.
    #[inline]
    pub(crate) fn best_gap(
        &self,
        instance: &Instance<'_>,
        unit: u32,
        floor: i64,
        best: Gap,
    ) -> Gap {
        if instance.rich {
            return self.best_loaded_gap(instance, unit, floor, best);
        }
        let class = &instance.classes[self.class as usize];
        let node = &instance.nodes[unit as usize];
        if class
            .capacity
            .first()
            .is_some_and(|&c| self.load + node.demand > c)
            || self.tasks >= class.max_tasks
        {
            return best;
        }
        let opening = if self.tasks == 0 { class.fixed } else { 0 };
        let ways = &instance.ways[class.ways];
        let limits = (floor.max(LEAST) - opening, best.cost - opening);
        let found = if node.windows.is_empty() {
            cheapest(&self.items, ways, unit, node, limits, |time| {
                time.max(node.ready)
            })
        } else {
            cheapest(&self.items, ways, unit, node, limits, |time| {
                node.earliest(time)
            })
        };
        found.map_or(best, |(cost, at)| Gap {
            cost: cost + opening,
            at: at as u32,
            then: NONE,
        })
    }
}

/// Less than any cost.
const LEAST: i64 = i64::MIN / 4;

/// Where between the items a task costs least, more than the first limit and less than the second. Without branches that depend
/// on costs or times: there is no guessing which gap will do.
#[inline]
fn cheapest(
    items: &[Item],
    ways: &Ways,
    task: u32,
    node: &Node,
    (floor, most): (i64, i64),
    earliest: impl Fn(i64) -> i64,
) -> Option<(i64, usize)> {
    let (into, out) = (ways.into(task), ways.out_of(task));
    // One comparison for both limits: what is not above the floor turns into something very large.
    let above = |cost: i64| cost.wrapping_sub(floor).wrapping_sub(1) as u64;
    let mut least = above(most);
    let mut found = 0;
    let done = node.ready + node.service;
    let first = items[1..].iter().position(|next| next.late >= done)?;
    let mut before = items[first];
    for (at, &next) in items.iter().enumerate().skip(first + 1) {
        if before.depart > node.due {
            break;
        }
        let (to, on) = (into[before.node as usize], out[next.node as usize]);
        let cost = i64::from(to.cost) + i64::from(on.cost) - i64::from(next.cost);
        let start = earliest(before.depart + i64::from(to.time));
        let fits = (start <= node.due)
            & (start + node.service + i64::from(on.time) <= next.late)
            & (above(cost) < least);
        least = if fits { above(cost) } else { least };
        found = if fits { at } else { found };
        before = next;
    }
    (found > 0).then_some(((least as i64).wrapping_add(floor).wrapping_add(1), found))
}

impl Route {
    /// Becomes a copy, reusing its memory.
    pub(crate) fn copy_from(&mut self, other: &Self) {
        (self.class, self.tasks, self.load, self.cost) =
            (other.class, other.tasks, other.load, other.cost);
        self.items.clone_from(&other.items);
        self.loaded.copy_from(&other.loaded);
    }
}
