//! One vehicle and its tasks as the exact method reads them: small numbers in flat arrays.
//!
//! Breaks have no place, so they are steps along the ways: a path is at a *spot*, a task together with how many of the breaks
//! are over, and a way between two tasks may have breaks on it.

use std::ops::Range;

use crate::instance::{Instance, Node, earliest_in, latest_in};
use crate::route::BREAKS;
use crate::ways::Leg;

/// One vehicle and its tasks, numbered from 0; times count from the opening of the vehicle's hours. Spots are numbered
/// `breaks that are over * tasks + task`.
#[derive(Debug)]
pub(crate) struct Line {
    tasks: Vec<u32>,
    /// In the order in which they are taken.
    pauses: Vec<Pause>,
    pub windows: Vec<Vec<(i32, i32)>>,
    pub ready: Vec<i32>,
    pub due: Vec<i32>,
    pub service: Vec<i32>,
    /// From the start of one task to the arrival at another: `from * n + to`.
    pub way: Vec<i32>,
    pub cost: Vec<i32>,
    /// Seconds and cost from the start to each task, and from each task to the end.
    pub first: Vec<(i32, i32)>,
    pub last: Vec<(i32, i32)>,
    pub closes: i32,
    /// For each task what it may not come after, as bits: itself, and a pickup's delivery.
    pub bars: Vec<u32>,
    /// The earliest and the latest start at each spot in any route at all.
    pub earliest: Vec<i32>,
    pub latest: Vec<i32>,
}

/// A break.
#[derive(Debug)]
struct Pause {
    windows: Vec<(i64, i64)>,
    service: i32,
}

/// More breaks than this are not ordered: spots have numbers below 128.
const PAUSES: usize = 3;

/// Sums of times and of costs stay below this.
pub(crate) const LIMIT: i64 = 1 << 28;

/// Later and dearer than anything.
pub(crate) const NEVER: i32 = i32::MAX / 4;

impl Line {
    /// `None` if there is nothing to order or too much, or if numbers are too large.
    pub(crate) fn new(instance: &Instance<'_>, class: u32, tasks: &[u32]) -> Option<Self> {
        let n = tasks.len();
        let class = &instance.classes[class as usize];
        if n == 0 || n > crate::exact::MOST || class.breaks.len() > PAUSES {
            return None;
        }
        let ways = &instance.ways[class.ways];
        let nodes: Vec<&Node> = tasks.iter().map(|&t| &instance.nodes[t as usize]).collect();
        let pairs: Vec<Leg> = tasks
            .iter()
            .flat_map(|&a| tasks.iter().map(move |&b| ways.leg(a, b)))
            .collect();
        let first: Vec<Leg> = tasks.iter().map(|&t| ways.leg(class.start, t)).collect();
        let last: Vec<Leg> = tasks.iter().map(|&t| ways.leg(t, class.end)).collect();
        let all = || {
            pairs
                .iter()
                .chain(&first)
                .chain(&last)
                .filter(|leg| leg.cost < u32::MAX)
        };
        let (time, cost) = (
            all().map(|l| i64::from(l.time)).max()?,
            all().map(|l| i64::from(l.cost)).max()?,
        );
        let service: i64 = nodes.iter().map(|n| n.service).sum::<i64>()
            + class.breaks.iter().map(|b| b.service).sum::<i64>();
        let ready = nodes
            .iter()
            .map(|n| n.windows.last().map_or(n.ready, |w| w.0))
            .chain(
                class
                    .breaks
                    .iter()
                    .filter_map(|b| Some(b.windows.last()?.0)),
            )
            .max()?
            .max(class.opens)
            - class.opens;
        // Nothing that is done as early as possible ends later than this.
        if ready + service + time * (n as i64 + 1) > LIMIT || cost * (n as i64 + 1) > LIMIT {
            return None;
        }
        let since = |t: i64| (t - class.opens).clamp(-LIMIT, LIMIT) as i32;
        let small = |legs: &[Leg]| {
            legs.iter()
                .map(|l| {
                    if l.cost == u32::MAX {
                        (4 * LIMIT as i32, LIMIT as i32)
                    } else {
                        (l.time as i32, l.cost as i32)
                    }
                })
                .collect::<Vec<_>>()
        };
        let pairs = small(&pairs);
        let pauses = class.breaks.iter().map(|pause| Pause {
            windows: pause
                .windows
                .iter()
                .map(|w| (w.0 - class.opens, w.1 - class.opens))
                .collect(),
            service: pause.service as i32,
        });
        let spots = n * (class.breaks.len() + 1);
        let mut line = Self {
            tasks: tasks.to_vec(),
            pauses: pauses.collect(),
            windows: nodes
                .iter()
                .map(|n| n.windows.iter().map(|w| (since(w.0), since(w.1))).collect())
                .collect(),
            ready: nodes.iter().map(|n| since(n.ready)).collect(),
            due: nodes.iter().map(|n| since(n.due)).collect(),
            service: nodes.iter().map(|n| n.service as i32).collect(),
            way: pairs
                .iter()
                .enumerate()
                .map(|(i, p)| p.0.saturating_add(nodes[i / n].service as i32))
                .collect(),
            cost: pairs.iter().map(|p| p.1).collect(),
            first: small(&first),
            last: small(&last),
            closes: since(class.closes),
            bars: (0..n).map(|v| bars(instance, tasks, v)).collect(),
            earliest: vec![NEVER; spots],
            latest: vec![-NEVER; spots],
        };
        line.narrow();
        Some(line)
    }

    /// The first allowed start of a task from a time on; after `due` if there is none.
    #[inline]
    pub(crate) fn next_start(&self, v: usize, time: i32) -> i32 {
        if self.windows[v].is_empty() {
            return time.max(self.ready[v]);
        }
        self.windows[v]
            .iter()
            .find(|w| time <= w.1)
            .map_or(NEVER, |w| time.max(w.0))
    }

    /// The last allowed start of a task up to a time; before `ready` if there is none.
    #[inline]
    pub(crate) fn last_start(&self, v: usize, time: i32) -> i32 {
        if self.windows[v].is_empty() {
            return if time < self.ready[v] {
                -NEVER
            } else {
                time.min(self.due[v])
            };
        }
        self.windows[v]
            .iter()
            .rev()
            .find(|w| w.0 <= time)
            .map_or(-NEVER, |w| time.min(w.1))
    }

    /// When the vehicle arrives that leaves somewhere at a time, has a leg to drive, and takes some breaks on it; it drives while
    /// it waits for a break to begin. `None` if that is too late for a break.
    #[inline]
    pub(crate) fn after(&self, breaks: Range<usize>, leave: i32, leg: i32) -> Option<i32> {
        let (mut time, mut left) = (leave, leg);
        for pause in &self.pauses[breaks] {
            let start = earliest_in(&pause.windows, i64::from(time));
            if start > LIMIT {
                return None;
            }
            left -= start as i32 - time;
            time = start as i32 + pause.service;
        }
        Some(time.saturating_add(left.max(0)))
    }

    /// The window and the length of a single break with a single window.
    pub(crate) fn only(&self, breaks: Range<usize>) -> Option<((i32, i32), i32)> {
        let [pause] = &self.pauses[breaks] else {
            return None;
        };
        let [window] = pause.windows[..] else {
            return None;
        };
        let small = |t: i64| t.clamp(-LIMIT, LIMIT) as i32;
        Some(((small(window.0), small(window.1)), pause.service))
    }

    /// The latest time to leave for arriving by a time, with a leg and some breaks on the way. `None` if there is none.
    #[inline]
    pub(crate) fn before(&self, breaks: Range<usize>, arrive: i32, leg: i32) -> Option<i32> {
        let (mut leave, mut left) = (arrive, arrive.saturating_sub(leg));
        for pause in self.pauses[breaks].iter().rev() {
            let start = latest_in(&pause.windows, i64::from(leave) - i64::from(pause.service));
            if start < -LIMIT {
                return None;
            }
            (leave, left) = (start as i32, left - pause.service);
        }
        Some(leave.min(left))
    }

    /// When a task can begin that is the first, with so many breaks before it; too late if it cannot.
    pub(crate) fn begins(&self, v: usize, breaks: usize) -> i32 {
        self.after(0..breaks, 0, self.first[v].0)
            .map_or(NEVER, |there| self.next_start(v, there))
    }

    /// When a task must begin that is the last, so many breaks being over; too early if it cannot be.
    pub(crate) fn closes(&self, v: usize, breaks: usize) -> i32 {
        self.before(breaks..self.pauses.len(), self.closes, self.last[v].0)
            .map_or(-NEVER, |leave| self.last_start(v, leave - self.service[v]))
    }

    /// Earliest and latest starts, by way of any other tasks.
    fn narrow(&mut self) {
        let n = self.len();
        for s in 0..self.spots() {
            self.earliest[s] = self.begins(s % n, s / n);
            self.latest[s] = self.closes(s % n, s / n);
        }
        for _ in 0..n {
            let mut changed = false;
            for (s, t) in self.pairs() {
                let (a, b) = (s % n, t % n);
                let leg = self.way[a * n + b] - self.service[a];
                let breaks = s / n..t / n;
                let leave = self.earliest[s].saturating_add(self.service[a]);
                let early = self.after(breaks.clone(), leave, leg);
                let early = early.map_or(NEVER, |there| self.next_start(b, there));
                let late = self.before(breaks, self.latest[t], leg);
                let late = late.map_or(-NEVER, |leave| self.last_start(a, leave - self.service[a]));
                changed |= early < self.earliest[t] || late > self.latest[s];
                self.earliest[t] = self.earliest[t].min(early);
                self.latest[s] = self.latest[s].max(late);
            }
            if !changed {
                break;
            }
        }
    }

    /// All pairs of spots of which one could follow the other as far as breaks go.
    fn pairs(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let (n, spots) = (self.len(), self.spots());
        (0..spots)
            .flat_map(move |s| (s / n * n..spots).map(move |t| (s, t)))
            .filter(move |(s, t)| s % n != t % n)
    }

    pub(crate) fn spots(&self) -> usize {
        self.len() * (self.pauses.len() + 1)
    }

    /// The number of a spot seen from the other end, where the breaks that are left are over.
    pub(crate) fn mirror(&self, spot: usize) -> usize {
        (self.pauses.len() - spot / self.len()) * self.len() + spot % self.len()
    }

    /// The vehicle's stops along a path of spots.
    pub(crate) fn nodes(&self, path: &[usize]) -> Vec<u32> {
        let (mut nodes, mut over) = (Vec::new(), 0);
        let breaks = |range: Range<usize>| range.map(|b| BREAKS + b as u32);
        for spot in path {
            nodes.extend(breaks(over..spot / self.len()));
            nodes.push(self.tasks[spot % self.len()]);
            over = spot / self.len();
        }
        nodes.extend(breaks(over..self.pauses.len()));
        nodes
    }

    pub(crate) fn len(&self) -> usize {
        self.tasks.len()
    }

    /// Whether one spot can come after another in any route.
    pub(crate) fn leads(&self, s: usize, t: usize) -> bool {
        let (n, (a, b)) = (self.len(), (s % self.len(), t % self.len()));
        if self.bars[b] >> a & 1 == 1 || s / n > t / n || self.earliest[s] >= NEVER {
            return false;
        }
        let leg = self.way[a * n + b] - self.service[a];
        self.after(s / n..t / n, self.earliest[s] + self.service[a], leg)
            .is_some_and(|there| there <= self.latest[t])
    }

    /// Whether one task can come after another, with whatever breaks between.
    pub(crate) fn follows(&self, a: usize, b: usize) -> bool {
        let states = 0..=self.pauses.len();
        states.clone().any(|over| {
            let mut then = states.clone().skip(over);
            then.any(|later| self.leads(over * self.len() + a, later * self.len() + b))
        })
    }

    /// For each task itself and its nearest others, as bits.
    pub(crate) fn neighbours(&self, count: usize) -> Vec<u32> {
        let n = self.len();
        (0..n)
            .map(|v| {
                let mut near: Vec<usize> = (0..n).collect();
                near.sort_by_key(|&w| {
                    if w == v {
                        -1
                    } else {
                        self.cost[v * n + w].min(self.cost[w * n + v])
                    }
                });
                near.iter().take(count).fold(0, |mask, &w| mask | 1 << w)
            })
            .collect()
    }
}

fn bars(instance: &Instance<'_>, tasks: &[u32], v: usize) -> u32 {
    let delivery = instance.partner[tasks[v] as usize];
    let bit = |(w, &task)| u32::from(w == v || task == delivery) << w;
    tasks.iter().enumerate().map(bit).sum()
}
