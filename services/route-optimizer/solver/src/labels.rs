//! The partial paths of one pass of the exact method, level by level.

use crate::instance::{Instance, Leg, Node};

/// Which way paths grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Forth,
    Back,
}

impl Direction {
    pub(crate) fn turned(self) -> Self {
        if self == Self::Forth {
            Self::Back
        } else {
            Self::Forth
        }
    }
}

/// One vehicle and its tasks, numbered from 0; times count from the opening of the vehicle's hours.
#[derive(Debug)]
pub(crate) struct Line {
    tasks: Vec<u32>,
    windows: Vec<Vec<(i32, i32)>>,
    ready: Vec<i32>,
    due: Vec<i32>,
    service: Vec<i32>,
    /// From the start of one task to the arrival at another: `from * n + to`.
    way: Vec<i32>,
    cost: Vec<i32>,
    first: Vec<(i32, i32)>,
    last: Vec<(i32, i32)>,
    closes: i32,
    /// The earliest and the latest start of each task in any route at all.
    earliest: Vec<i32>,
    latest: Vec<i32>,
}

/// Sums of times and of costs stay below this.
const LIMIT: i64 = 1 << 28;

/// Prizes stay within this, up and down.
pub(crate) const LARGEST: f64 = (1 << 22) as f64;

/// A path: where it stands, when (backwards: less the time), what may not come again, the way it cost less prizes.
#[derive(Debug, Clone, Copy)]
struct Label {
    memory: u32,
    time: i32,
    cost: i32,
    /// Index and task of the label before: `index * 32 + task`.
    from: u32,
}

/// How much a pass may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// What complete paths must cost less than.
    pub known: i32,
    /// Labels in all; more, and the pass fails.
    pub most: usize,
    /// Labels kept for each number of visits and last task, the cheapest; anything but `usize::MAX` may lose the best path.
    pub width: usize,
}

/// All labels of a pass, by number of visits and last task, cheapest first.
#[derive(Debug)]
pub(crate) struct Labels {
    direction: Direction,
    lists: Vec<Vec<Label>>,
}

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
    fn next_start(&self, v: usize, time: i32) -> i32 {
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
    fn last_start(&self, v: usize, time: i32) -> i32 {
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

    fn follows(&self, a: usize, b: usize) -> bool {
        a != b && self.earliest[a].saturating_add(self.way[a * self.len() + b]) <= self.latest[b]
    }

    /// The tasks that can come next after each task.
    fn successors(&self, direction: Direction) -> Vec<Vec<usize>> {
        let n = self.len();
        let follows = |a: usize, b: usize| {
            if direction == Direction::Forth {
                self.follows(a, b)
            } else {
                self.follows(b, a)
            }
        };
        (0..n)
            .map(|a| (0..n).filter(|&b| follows(a, b)).collect())
            .collect()
    }

    /// The least that `left` more visits and the way to the edge cost from each task, whatever is visited twice: `left * n + task`.
    fn walks(&self, direction: Direction, prizes: &[i32], next: &[Vec<usize>]) -> Vec<i32> {
        let n = self.len();
        let mut walks = vec![i32::MAX / 4; n * n];
        for v in 0..n {
            walks[v] = if direction == Direction::Forth {
                self.last[v].1
            } else {
                self.first[v].1
            };
        }
        for at in n..n * n {
            let (left, a) = (at / n, at % n);
            let cost = |b: usize| {
                if direction == Direction::Forth {
                    self.cost[a * n + b]
                } else {
                    self.cost[b * n + a]
                }
            };
            walks[at] = next[a]
                .iter()
                .map(|&b| cost(b) - prizes[b] + walks[(left - 1) * n + b])
                .min()
                .unwrap_or(i32::MAX / 4);
        }
        walks
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

    /// Prizes under which the order in which the tasks were given costs about nothing: half of the legs around each.
    pub(crate) fn prizes(&self) -> Vec<i32> {
        let n = self.len();
        let leg = |a: usize| (a + 1 < n).then(|| self.cost[a * n + a + 1]);
        (0..n)
            .map(|v| {
                let (before, after) = (v.checked_sub(1).and_then(leg), leg(v));
                (before.or(after).unwrap_or(0) + after.or(before).unwrap_or(0)) / 2
            })
            .collect()
    }

    /// Prizes from one-trees on the cheaper of both ways (Held and Karp, 1970); the start and the end are the root.
    pub(crate) fn tree_prizes(&self, known: i32) -> Vec<i32> {
        let n = self.len();
        let arc = |a: usize, b: usize| match (self.follows(a, b), self.follows(b, a)) {
            (true, true) => self.cost[a * n + b].min(self.cost[b * n + a]),
            (true, false) => self.cost[a * n + b],
            (false, true) => self.cost[b * n + a],
            (false, false) => LIMIT as i32,
        };
        let arcs: Vec<f64> = (0..n * n).map(|i| f64::from(arc(i / n, i % n))).collect();
        let mut weight = vec![0.0; n];
        let (mut best, mut best_weight) = (f64::MIN, weight.clone());
        let mut step = 1.0;
        for _ in 0..60 {
            let (cost, degree) = self.one_tree(&arcs, &weight);
            let bound = cost - 2.0 * weight.iter().sum::<f64>();
            if bound > best {
                (best, best_weight) = (bound, weight.clone());
            } else {
                step *= 0.9;
            }
            let off: f64 = degree.iter().map(|&d| f64::from((d - 2) * (d - 2))).sum();
            if off == 0.0 {
                break;
            }
            let size = step * (f64::from(known) - bound).max(1.0) / off;
            weight
                .iter_mut()
                .zip(&degree)
                .for_each(|(w, &d)| *w += size * f64::from(d - 2));
        }
        best_weight
            .iter()
            .map(|w| (-2.0 * w).clamp(-LARGEST, LARGEST) as i32)
            .collect()
    }

    /// The cheapest tree over all tasks and two arcs to the root, and each task's number of arcs.
    fn one_tree(&self, arcs: &[f64], weight: &[f64]) -> (f64, Vec<i32>) {
        let n = self.len();
        let mut degree = vec![0; n];
        let mut link: Vec<(f64, usize)> = vec![(f64::MAX, 0); n];
        let mut outside: Vec<usize> = (1..n).collect();
        let (mut last, mut total) = (0, 0.0);
        while !outside.is_empty() {
            let mut nearest = 0;
            for (i, &v) in outside.iter().enumerate() {
                let cost = arcs[last * n + v] + weight[last] + weight[v];
                if cost < link[v].0 {
                    link[v] = (cost, last);
                }
                if link[v].0 < link[outside[nearest]].0 {
                    nearest = i;
                }
            }
            last = outside.swap_remove(nearest);
            total += link[last].0;
            degree[last] += 1;
            degree[link[last].1] += 1;
        }
        let cheapest = |list: &[(i32, i32)]| {
            (0..n)
                .map(|v| (f64::from(list[v].1) + weight[v], v))
                .min_by(|a, b| a.0.total_cmp(&b.0))
        };
        for (cost, v) in [cheapest(&self.first), cheapest(&self.last)]
            .into_iter()
            .flatten()
        {
            total += cost;
            degree[v] += 1;
        }
        (total, degree)
    }

    /// Starts at a task coming from the edge of the route.
    fn begin(&self, direction: Direction, v: usize) -> (i32, i32) {
        match direction {
            Direction::Forth => (self.next_start(v, self.first[v].0), self.first[v].1),
            Direction::Back => (
                -self.last_start(
                    v,
                    self.closes.saturating_sub(self.last[v].0) - self.service[v],
                ),
                self.last[v].1,
            ),
        }
    }

    /// The cost from a task to the other edge of the route, if that is reached in time.
    fn finish(&self, direction: Direction, v: usize, time: i32) -> Option<i32> {
        match direction {
            Direction::Forth => (time + self.service[v]
                <= self.closes.saturating_sub(self.last[v].0))
            .then_some(self.last[v].1),
            Direction::Back => (self.first[v].0 <= -time).then_some(self.first[v].1),
        }
    }

    /// Time and cost of going on from `a` to `b` (backwards: of having come from `b`).
    #[inline]
    fn go(&self, direction: Direction, a: usize, time: i32, b: usize) -> (i32, i32) {
        let n = self.tasks.len();
        match direction {
            Direction::Forth => (
                self.next_start(b, time + self.way[a * n + b]),
                self.cost[a * n + b],
            ),
            Direction::Back => (
                -self.last_start(b, -time - self.way[b * n + a]),
                self.cost[b * n + a],
            ),
        }
    }

    /// Whether a task can be begun at that time in any route.
    #[inline]
    fn in_time(&self, direction: Direction, v: usize, time: i32) -> bool {
        match direction {
            Direction::Forth => time <= self.latest[v],
            Direction::Back => -time >= self.earliest[v],
        }
    }
}

impl Labels {
    /// Grows all paths that remember the given neighbours and may still cost less than `known`, as far as `bound`, a pass in the
    /// other direction with the same prizes, can tell. `None` if they become too many.
    pub(crate) fn grow(
        line: &Line,
        direction: Direction,
        prizes: &[i32],
        memory: &[u32],
        bound: Option<&Self>,
        effort: Effort,
    ) -> Option<Self> {
        let Effort { known, most, width } = effort;
        let n = line.len();
        let limit = known - prizes.iter().sum::<i32>();
        let next = line.successors(direction);
        let walks = line.walks(direction, prizes, &next);
        let mut labels = Self {
            direction,
            lists: vec![Vec::new(); n * n],
        };
        for v in 0..n {
            let (time, cost) = line.begin(direction, v);
            if line.in_time(direction, v, time) {
                labels.lists[v].push(Label {
                    memory: 1 << v,
                    time,
                    cost: cost - prizes[v],
                    from: 0,
                });
            }
        }
        let mut count = n;
        for level in 1..n {
            let left = n - level - 1;
            let (done, open) = labels.lists.split_at_mut(level * n);
            for a in 0..n {
                for (index, label) in done[(level - 1) * n + a].iter().enumerate() {
                    for &b in &next[a] {
                        if label.memory >> b & 1 == 1 {
                            continue;
                        }
                        let (time, leg) = line.go(direction, a, label.time, b);
                        let cost = label.cost + leg - prizes[b];
                        if cost + walks[left * n + b] >= limit || !line.in_time(direction, b, time)
                        {
                            continue;
                        }
                        let new = Label {
                            memory: label.memory & memory[b] | 1 << b,
                            time,
                            cost,
                            from: (index as u32) << 5 | a as u32,
                        };
                        if bound.is_none_or(|bound| {
                            bound.completes(&new, b, left * n + b, limit - prizes[b])
                        }) {
                            keep(&mut open[b], new);
                        }
                    }
                }
            }
            for list in &mut open[..n] {
                list.sort_unstable_by_key(|l| (l.cost, l.time, l.memory, l.from));
                list.truncate(width);
                count += list.len();
            }
            if count > most {
                return None;
            }
        }
        Some(labels)
    }

    /// Whether a path from the other side meets a label at its task and both together cost less than the limit.
    #[inline]
    fn completes(&self, label: &Label, at: usize, list: usize, limit: i32) -> bool {
        let affordable = self.lists[list]
            .iter()
            .take_while(|l| l.cost + label.cost < limit);
        affordable
            .into_iter()
            .any(|l| l.memory & label.memory == 1 << at && l.time + label.time <= 0)
    }

    /// The cheapest complete path and its cost, prizes given back. `None` if there is none.
    pub(crate) fn best(&self, line: &Line, prizes: &[i32]) -> Option<(i32, Vec<usize>)> {
        let n = line.len();
        let ends = (0..n).flat_map(|v| {
            self.lists[(n - 1) * n + v]
                .iter()
                .enumerate()
                .map(move |(i, l)| (v, i, l))
        });
        let (cost, mut v, mut index) = ends
            .filter_map(|(v, i, l)| Some((l.cost + line.finish(self.direction, v, l.time)?, v, i)))
            .min()?;
        let mut path = Vec::with_capacity(n);
        for level in (0..n).rev() {
            path.push(v);
            let from = self.lists[level * n + v][index].from;
            (v, index) = ((from & 31) as usize, (from >> 5) as usize);
        }
        if self.direction == Direction::Forth {
            path.reverse();
        }
        Some((cost + prizes.iter().sum::<i32>(), path))
    }
}

/// Adds a label unless another is as good in all respects; takes out what it is better than.
#[inline]
fn keep(list: &mut Vec<Label>, new: Label) {
    for i in 0..list.len() {
        let l = &list[i];
        if l.cost <= new.cost && l.time <= new.time && l.memory & !new.memory == 0 {
            // What beats one will beat the next.
            list.swap(i, i / 2);
            return;
        }
    }
    list.retain(|l| !(new.cost <= l.cost && new.time <= l.time && new.memory & !l.memory == 0));
    list.push(new);
}
