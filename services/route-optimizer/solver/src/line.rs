//! One vehicle and its tasks as the exact method reads them: small numbers in flat arrays.

use crate::instance::{Instance, Leg, Node};

/// One vehicle and its tasks, numbered from 0; times count from the opening of the vehicle's hours.
#[derive(Debug)]
pub(crate) struct Line {
    tasks: Vec<u32>,
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
    /// The earliest and the latest start of each task in any route at all.
    pub earliest: Vec<i32>,
    pub latest: Vec<i32>,
}

/// Sums of times and of costs stay below this.
pub(crate) const LIMIT: i64 = 1 << 28;

impl Line {
    /// `None` if there is nothing to order or too much, or if numbers are too large.
    pub(crate) fn new(instance: &Instance<'_>, class: u32, tasks: &[u32]) -> Option<Self> {
        let n = tasks.len();
        if n == 0 || n > crate::exact::MOST {
            return None;
        }
        let class = &instance.classes[class as usize];
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
        let service: i64 = nodes.iter().map(|n| n.service).sum();
        let ready = nodes
            .iter()
            .map(|n| n.windows.last().map_or(n.ready, |w| w.0))
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
        let mut line = Self {
            tasks: tasks.to_vec(),
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
            earliest: vec![0; n],
            latest: vec![0; n],
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
            .map_or(i32::MAX / 4, |w| time.max(w.0))
    }

    /// The last allowed start of a task up to a time; before `ready` if there is none.
    #[inline]
    pub(crate) fn last_start(&self, v: usize, time: i32) -> i32 {
        if self.windows[v].is_empty() {
            return if time < self.ready[v] {
                i32::MIN / 4
            } else {
                time.min(self.due[v])
            };
        }
        self.windows[v]
            .iter()
            .rev()
            .find(|w| w.0 <= time)
            .map_or(i32::MIN / 4, |w| time.min(w.1))
    }

    /// Earliest and latest starts, by way of any other tasks.
    fn narrow(&mut self) {
        let n = self.len();
        for v in 0..n {
            self.earliest[v] = self.next_start(v, self.first[v].0);
            self.latest[v] = self.last_start(
                v,
                self.closes.saturating_sub(self.last[v].0) - self.service[v],
            );
        }
        for _ in 0..n {
            let before = (self.earliest.clone(), self.latest.clone());
            for a in 0..n {
                for b in 0..n {
                    let way = self.way[a * n + b];
                    let (early, late) = (
                        self.next_start(b, self.earliest[a].saturating_add(way)),
                        self.last_start(a, self.latest[b].saturating_sub(way)),
                    );
                    self.earliest[b] = self.earliest[b].min(early);
                    self.latest[a] = self.latest[a].max(late);
                }
            }
            if before == (self.earliest.clone(), self.latest.clone()) {
                break;
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.tasks.len()
    }

    pub(crate) fn task(&self, v: usize) -> u32 {
        self.tasks[v]
    }

    pub(crate) fn follows(&self, a: usize, b: usize) -> bool {
        a != b && self.earliest[a].saturating_add(self.way[a * self.len() + b]) <= self.latest[b]
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
