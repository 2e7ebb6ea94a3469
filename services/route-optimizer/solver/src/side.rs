//! A line seen in one direction: paths grow from the start, or from the end with time running backwards.

use crate::line::{LIMIT, Line, NEVER};

/// Which way paths grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Forth,
    Back,
}

/// The way from one spot to another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arc {
    pub from: usize,
    pub to: usize,
    pub cost: i32,
    /// Seconds from the start of the one task to the start of the other, breaks on the way included.
    way: i32,
    /// The earliest start there, and the latest.
    open: i32,
    shut: i32,
    /// Who begins later at the first task is too late for the break on the way.
    until: i32,
    /// Whether several windows or breaks make it less simple than that.
    mixed: bool,
}

/// What a path needs to know to go on; going back, times are negative, and breaks are over that come later.
#[derive(Debug)]
pub(crate) struct Side<'l> {
    line: &'l Line,
    pub direction: Direction,
    /// Seconds to the next task and what it costs: `from * n + to`.
    way: Vec<i32>,
    cost: Vec<i32>,
    /// For each task what it may not come after, as bits; itself among them.
    pub bars: Vec<u32>,
    /// When each task can be begun at the earliest.
    open: Vec<i32>,
    /// When each spot must be begun in any route at all.
    shut: Vec<i32>,
    /// The ways on from each spot, and to it.
    pub next: Vec<Vec<Arc>>,
    pub before: Vec<Vec<Arc>>,
    /// The earliest each spot can begin after so many other tasks: `others * spots + spot`.
    reached: Vec<i32>,
    /// The latest each spot can begin with so many other tasks left: `left * spots + spot`.
    until: Vec<i32>,
}

impl<'l> Side<'l> {
    /// Back and forth.
    pub(crate) fn both(line: &'l Line) -> [Self; 2] {
        let mut sides = [Direction::Back, Direction::Forth].map(|d| Self::new(line, d));
        let reached = [sides[0].reach(), sides[1].reach()];
        let spots = line.spots();
        for i in 0..2 {
            let until = |at: usize| -reached[1 - i][at / spots * spots + line.mirror(at % spots)];
            sides[i].until = (0..line.len() * spots).map(until).collect();
            sides[i].reached.clone_from(&reached[i]);
        }
        sides
    }

    fn new(line: &'l Line, direction: Direction) -> Self {
        let (n, spots) = (line.len(), line.spots());
        let at = |i: usize| match direction {
            Direction::Forth => i,
            Direction::Back => i % n * n + i / n,
        };
        let flat = |list: &[i32]| (0..n * n).map(|i| list[at(i)]).collect();
        let follows = |s: usize, t: usize| match direction {
            Direction::Forth => line.leads(s, t),
            Direction::Back => line.leads(line.mirror(t), line.mirror(s)),
        };
        let less = |list: &[i32]| list.iter().map(|t| -t).collect::<Vec<_>>();
        let mirrored = |list: &[i32]| (0..spots).map(|s| list[line.mirror(s)]).collect::<Vec<_>>();
        let (open, shut) = match direction {
            Direction::Forth => (line.ready.clone(), line.latest.clone()),
            Direction::Back => (less(&line.due), mirrored(&less(&line.earliest))),
        };
        let barred = |v: usize| (0..n).fold(0, |bits, w| bits | (line.bars[w] >> v & 1) << w);
        let bars = match direction {
            Direction::Forth => line.bars.clone(),
            Direction::Back => (0..n).map(barred).collect(),
        };
        let mut side = Self {
            line,
            direction,
            bars,
            way: flat(&line.way),
            cost: flat(&line.cost),
            open,
            shut,
            next: vec![Vec::new(); spots],
            before: vec![Vec::new(); spots],
            reached: Vec::new(),
            until: Vec::new(),
        };
        for s in 0..spots {
            for t in (0..spots).filter(|&t| follows(s, t)) {
                let arc = side.arc(s, t);
                side.next[s].push(arc);
                side.before[t].push(arc);
            }
        }
        side
    }

    fn arc(&self, from: usize, to: usize) -> Arc {
        let n = self.len();
        let (a, b) = (from % n, to % n);
        let mut arc = Arc {
            from,
            to,
            cost: self.cost[a * n + b],
            way: self.way[a * n + b],
            open: self.open[b],
            shut: self.shut[to],
            until: NEVER,
            mixed: !self.line.windows[b].is_empty(),
        };
        let breaks = self.breaks(from / n, to / n);
        if breaks.is_empty() {
            return arc;
        }
        let Some((window, length)) = self.line.only(breaks) else {
            arc.mixed = true;
            return arc;
        };
        let done = window.0 + length;
        let (open, until) = match self.direction {
            Direction::Forth => (done, window.1 - self.line.service[a]),
            Direction::Back => (self.line.service[b] - window.1, -done),
        };
        arc.way += length;
        arc.open = arc.open.max(open);
        arc.until = until;
        arc
    }

    /// How many tasks there are.
    pub(crate) fn len(&self) -> usize {
        self.line.len()
    }

    pub(crate) fn spots(&self) -> usize {
        self.line.spots()
    }

    /// The number of a spot on the other side.
    pub(crate) fn mirror(&self, spot: usize) -> usize {
        self.line.mirror(spot)
    }

    /// A path that grew on this side as it is driven.
    pub(crate) fn driven(&self, grown: Vec<usize>) -> Vec<usize> {
        match self.direction {
            Direction::Forth => grown,
            Direction::Back => grown.into_iter().rev().map(|s| self.mirror(s)).collect(),
        }
    }

    /// The breaks between two numbers of breaks that are over.
    fn breaks(&self, over: usize, then: usize) -> std::ops::Range<usize> {
        let all = self.spots() / self.len() - 1;
        match self.direction {
            Direction::Forth => over..then,
            Direction::Back => all - then..all - over,
        }
    }

    /// Starts at a spot coming from the edge of the route: time and cost. `None` if that is too late for any route.
    pub(crate) fn begin(&self, spot: usize) -> Option<(i32, i32)> {
        let (line, n) = (self.line, self.len());
        let (v, over) = (spot % n, spot / n);
        let (time, cost) = match self.direction {
            Direction::Forth => (line.begins(v, over), line.first[v].1),
            Direction::Back => (-line.closes(v, self.breaks(0, over).start), line.last[v].1),
        };
        (time <= self.shut[spot] && cost < LIMIT as i32).then_some((time, cost))
    }

    /// The cost from a spot to the other edge of the route, if that is reached in time with all breaks.
    pub(crate) fn finish(&self, spot: usize, time: i32) -> Option<i32> {
        let (line, n) = (self.line, self.len());
        let v = spot % n;
        let breaks = self.breaks(spot / n, self.spots() / n - 1);
        match self.direction {
            Direction::Forth => line
                .after(breaks, time + line.service[v], line.last[v].0)
                .filter(|&there| there <= line.closes)
                .map(|_| line.last[v].1),
            Direction::Back => line
                .before(breaks, -time, line.first[v].0)
                .filter(|&leave| leave >= 0)
                .map(|_| line.first[v].1),
        }
    }

    /// When the spot at the end of an arc begins (backwards: when it must) after the one before it did; `None` if that is too late
    /// for any route.
    #[inline]
    pub(crate) fn go(&self, arc: &Arc, time: i32) -> Option<i32> {
        let start = if arc.mixed {
            self.mixed(arc, time)?
        } else {
            (time + arc.way).max(arc.open)
        };
        (start <= arc.shut && time <= arc.until).then_some(start)
    }

    #[cold]
    fn mixed(&self, arc: &Arc, time: i32) -> Option<i32> {
        let n = self.len();
        let (a, b) = (arc.from % n, arc.to % n);
        let breaks = self.breaks(arc.from / n, arc.to / n);
        let (line, way) = (self.line, self.way[a * n + b]);
        match self.direction {
            Direction::Forth => {
                let service = line.service[a];
                let there = line.after(breaks, time + service, way - service)?;
                Some(line.next_start(b, there))
            }
            Direction::Back => {
                let service = line.service[b];
                let leave = line.before(breaks, -time, way - service)?;
                Some(-line.last_start(b, leave - service))
            }
        }
    }

    /// A time at the next number of breaks that a path to this spot is as good as: it can take the next break right there. `None` if
    /// it cannot.
    pub(crate) fn rests(&self, spot: usize, time: i32) -> Option<i32> {
        let n = self.len();
        let breaks = self.breaks(spot / n, spot / n + 1);
        let service = self.line.service[spot % n];
        match self.direction {
            Direction::Forth => Some(self.line.after(breaks, time + service, 0)? - service),
            Direction::Back => Some(-self.line.before(breaks, -time, 0)?),
        }
    }

    /// The earliest each spot can be the one after so many other tasks, whatever is visited twice: `others * spots + spot`.
    fn reach(&self) -> Vec<i32> {
        let (n, spots) = (self.len(), self.spots());
        let mut reach = vec![NEVER; n * spots];
        for (spot, time) in reach.iter_mut().enumerate().take(spots) {
            *time = self.begin(spot).map_or(NEVER, |(time, _)| time);
        }
        for level in 1..n {
            let (done, open) = reach.split_at_mut(level * spots);
            let done = &done[(level - 1) * spots..];
            for (t, time) in open[..spots].iter_mut().enumerate() {
                let before = self.before[t].iter().filter(|arc| done[arc.from] < NEVER);
                let least = before.filter_map(|arc| self.go(arc, done[arc.from])).min();
                *time = least.unwrap_or(NEVER);
            }
        }
        reach
    }

    /// The least that `left` more visits and the way to the edge cost from each spot when all other tasks were visited before,
    /// whatever is visited twice: `left * spots + spot`.
    pub(crate) fn walks(&self, prizes: &[i32]) -> Vec<i32> {
        let (n, spots) = (self.len(), self.spots());
        let mut arcs = vec![NEVER; n * n];
        for arc in self.next.iter().flatten() {
            arcs[arc.from % n * n + arc.to % n] = arc.cost - prizes[arc.to % n];
        }
        let last = match self.direction {
            Direction::Forth => &self.line.last,
            Direction::Back => &self.line.first,
        };
        let last = last.iter().map(|l| l.1.min(LIMIT as i32));
        let mut walks: Vec<i32> = last.cycle().take(spots).collect();
        walks.resize(n * spots, NEVER);
        for left in 1..n {
            let (done, open) = walks.split_at_mut(left * spots);
            let rest = &done[(left - 1) * spots..];
            let until = &self.until[(left - 1) * spots..left * spots];
            for (s, walk) in open[..spots].iter_mut().enumerate() {
                let a = s % n;
                let row = &arcs[a * n..(a + 1) * n];
                let ways = &self.way[a * n..(a + 1) * n];
                let now = self.reached[(n - 1 - left) * spots + s];
                let mut least = NEVER;
                for (rest, until) in rest.chunks_exact(n).zip(until.chunks_exact(n)).skip(s / n) {
                    for b in 0..n {
                        let late = now + ways[b] > until[b];
                        least = least.min(if late { NEVER } else { row[b] + rest[b] });
                    }
                }
                *walk = least.max(-NEVER);
            }
        }
        walks
    }

    /// Seconds from the first to the last task in the order in which they were given, without breaks.
    pub(crate) fn span(&self) -> i32 {
        let (line, n) = (self.line, self.len());
        let begin = line.begins(0, 0);
        let end = (1..n).fold(begin, |time, v| {
            line.next_start(v, time + line.way[(v - 1) * n + v])
        });
        if end < NEVER { end - begin } else { 0 }
    }
}
