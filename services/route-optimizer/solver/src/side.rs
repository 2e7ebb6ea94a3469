//! A line seen in one direction: paths grow from the start, or from the end with time running backwards.

use crate::line::{LIMIT, Line};

/// Which way paths grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Forth,
    Back,
}

/// What a path needs to know to go on; going back, times are negative.
#[derive(Debug)]
pub(crate) struct Side<'l> {
    line: &'l Line,
    pub direction: Direction,
    /// Seconds to the next task and what it costs: `from * n + to`.
    way: Vec<i32>,
    pub cost: Vec<i32>,
    /// Whether no task has several windows.
    simple: bool,
    /// When each task can be begun in any route at all.
    open: Vec<i32>,
    shut: Vec<i32>,
    /// The tasks that can come next after each task, and before it.
    pub next: Vec<Vec<usize>>,
    pub before: Vec<Vec<usize>>,
    /// The earliest each task can begin after so many others: `others * n + task`.
    reached: Vec<i32>,
    /// The latest each task can begin with so many others left: `left * n + task`.
    until: Vec<i32>,
}

impl<'l> Side<'l> {
    /// Back and forth.
    pub(crate) fn both(line: &'l Line) -> [Self; 2] {
        let mut sides = [Direction::Back, Direction::Forth].map(|d| Self::new(line, d));
        let reached = [sides[0].reach(), sides[1].reach()];
        for i in 0..2 {
            sides[i].until = reached[1 - i].iter().map(|t| -t).collect();
            sides[i].reached.clone_from(&reached[i]);
        }
        sides
    }

    fn new(line: &'l Line, direction: Direction) -> Self {
        let n = line.len();
        let at = |i: usize| match direction {
            Direction::Forth => i,
            Direction::Back => i % n * n + i / n,
        };
        let flat = |list: &[i32]| (0..n * n).map(|i| list[at(i)]).collect();
        let follows = |a: usize, b: usize| match direction {
            Direction::Forth => line.follows(a, b),
            Direction::Back => line.follows(b, a),
        };
        let less = |list: &[i32]| list.iter().map(|t| -t).collect();
        let (open, shut) = match direction {
            Direction::Forth => (line.ready.clone(), line.latest.clone()),
            Direction::Back => (less(&line.due), less(&line.earliest)),
        };
        Self {
            line,
            direction,
            simple: line.windows.iter().all(Vec::is_empty),
            way: flat(&line.way),
            cost: flat(&line.cost),
            open,
            shut,
            next: (0..n)
                .map(|a| (0..n).filter(|&b| follows(a, b)).collect())
                .collect(),
            before: (0..n)
                .map(|b| (0..n).filter(|&a| follows(a, b)).collect())
                .collect(),
            reached: Vec::new(),
            until: Vec::new(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.next.len()
    }

    /// Seconds from the first to the last task in the order in which they were given.
    pub(crate) fn span(&self) -> i32 {
        let begin = self.begin(0).map_or(0, |(time, _)| time);
        (1..self.len())
            .try_fold(begin, |time, v| self.go(v - 1, time, v))
            .map_or(0, |end| end - begin)
    }

    /// Starts at a task coming from the edge of the route: time and cost. `None` if that is too late for any route.
    pub(crate) fn begin(&self, v: usize) -> Option<(i32, i32)> {
        let line = self.line;
        let (time, cost) = match self.direction {
            Direction::Forth => (line.next_start(v, line.first[v].0), line.first[v].1),
            Direction::Back => {
                let leave = line.closes.saturating_sub(line.last[v].0) - line.service[v];
                (-line.last_start(v, leave), line.last[v].1)
            }
        };
        (time <= self.shut[v] && cost < LIMIT as i32).then_some((time, cost))
    }

    /// The cost from a task to the other edge of the route, if that is reached in time.
    pub(crate) fn finish(&self, v: usize, time: i32) -> Option<i32> {
        let line = self.line;
        match self.direction {
            Direction::Forth => (time + line.service[v]
                <= line.closes.saturating_sub(line.last[v].0))
            .then_some(line.last[v].1),
            Direction::Back => (line.first[v].0 <= -time).then_some(line.first[v].1),
        }
    }

    /// When `b` begins after `a` did (backwards: when it must begin before); `None` if that is too late for any route.
    #[inline]
    pub(crate) fn go(&self, a: usize, time: i32, b: usize) -> Option<i32> {
        self.start(b, time + self.way[a * self.next.len() + b])
    }

    /// When a task begins that is reached at a time; `None` if that is too late for any route.
    #[inline]
    fn start(&self, b: usize, there: i32) -> Option<i32> {
        let start = if self.simple || self.line.windows[b].is_empty() {
            there.max(self.open[b])
        } else {
            match self.direction {
                Direction::Forth => self.line.next_start(b, there),
                Direction::Back => -self.line.last_start(b, -there),
            }
        };
        (start <= self.shut[b]).then_some(start)
    }

    /// The earliest each task can be the visit after so many others, whatever is visited twice: `others * n + task`.
    fn reach(&self) -> Vec<i32> {
        let n = self.len();
        let mut reach = vec![NEVER; n * n];
        for (v, time) in reach.iter_mut().enumerate().take(n) {
            *time = self.begin(v).map_or(NEVER, |(time, _)| time);
        }
        for level in 1..n {
            let (done, open) = reach.split_at_mut(level * n);
            let done = &done[(level - 1) * n..];
            for (b, time) in open[..n].iter_mut().enumerate() {
                let before = self.before[b].iter().filter(|&&a| done[a] < NEVER);
                let least = before.map(|&a| done[a] + self.way[a * n + b]).min();
                *time = least
                    .and_then(|there| self.start(b, there))
                    .unwrap_or(NEVER);
            }
        }
        reach
    }

    /// The least that `left` more visits and the way to the edge cost from each task when all others were visited before,
    /// whatever is visited twice: `left * n + task`.
    pub(crate) fn walks(&self, prizes: &[i32]) -> Vec<i32> {
        let n = self.len();
        let mut arcs = vec![NEVER; n * n];
        for (a, next) in self.next.iter().enumerate() {
            for &b in next {
                arcs[a * n + b] = self.cost[a * n + b] - prizes[b];
            }
        }
        let last = match self.direction {
            Direction::Forth => &self.line.last,
            Direction::Back => &self.line.first,
        };
        let mut walks: Vec<i32> = last.iter().map(|l| l.1.min(LIMIT as i32)).collect();
        walks.resize(n * n, NEVER);
        for left in 1..n {
            let (done, open) = walks.split_at_mut(left * n);
            let rest = &done[(left - 1) * n..];
            let level = n - 1 - left;
            for (a, walk) in open[..n].iter_mut().enumerate() {
                let row = &arcs[a * n..(a + 1) * n];
                let now = self.reached[level * n + a];
                let ways = &self.way[a * n..(a + 1) * n];
                let until = &self.until[(left - 1) * n..left * n];
                let mut least = NEVER;
                for b in 0..n {
                    let total = row[b] + rest[b];
                    let late = now + ways[b] > until[b];
                    least = least.min(if late { NEVER } else { total });
                }
                *walk = least.max(-NEVER);
            }
        }
        walks
    }
}

/// Later and dearer than anything.
const NEVER: i32 = i32::MAX / 4;
