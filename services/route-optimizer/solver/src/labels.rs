//! The partial paths of one pass of the exact method, level by level.

use crate::side::{Direction, Side};

/// A path: where it stands, when (backwards: less the time), what may not come again, the way it cost less prizes.
#[derive(Debug, Clone, Copy)]
struct Label {
    cost: i32,
    time: i32,
    memory: u32,
    /// Index and task of the label before: `index * 32 + task`.
    from: u32,
}

impl Label {
    /// Cheapest first, and of those the earliest.
    #[inline]
    fn rank(&self) -> u64 {
        let up = |x: i32| u64::from(x.cast_unsigned() ^ 1 << 31);
        up(self.cost) << 32 | up(self.time)
    }
}

/// How much a pass may take.
pub(crate) struct Effort<'e> {
    /// What complete paths must cost less than.
    pub known: i32,
    /// Labels in all; more, and the pass fails.
    pub most: usize,
    /// Asked now and then whether there is time left; if not, the pass fails.
    pub go_on: &'e mut dyn FnMut() -> bool,
}

/// All labels of a pass, by number of visits and last task, cheapest first.
#[derive(Debug)]
pub(crate) struct Labels {
    labels: Vec<Label>,
    /// Where the labels of each number of visits and task begin: `level * n + task`.
    begins: Vec<usize>,
}

/// So many candidates are looked at between two questions for the time.
const ASK: usize = 20_000;

impl Labels {
    /// Grows all paths that remember the given neighbours and may still cost less than `known`, as far as `bound`, a pass in the
    /// other direction with the same prizes, can tell. `None` if they become too many.
    pub(crate) fn grow(
        side: &Side<'_>,
        prizes: &[i32],
        memory: &[u32],
        bound: Option<&Self>,
        effort: &mut Effort<'_>,
    ) -> Option<Self> {
        let n = side.len();
        let limit = effort.known - prizes.iter().sum::<i32>();
        let walks = side.walks(prizes);
        let mut all = Self::begin(side, prizes);
        let mut candidates = Vec::new();
        let mut kept = Kept::default();
        let mut looked = 0;
        for level in 1..n {
            let left = n - level - 1;
            for b in 0..n {
                let rest = walks[left * n + b];
                all.candidates(
                    side,
                    prizes,
                    memory[b],
                    (level, b),
                    limit - rest,
                    &mut candidates,
                );
                looked += candidates.len();
                if let Some(bound) = bound {
                    let others = bound.list(left, b);
                    let limit = limit - prizes[b];
                    candidates.retain(|label| completion(others, label, b, limit).is_some());
                }
                candidates.sort_unstable_by_key(Label::rank);
                kept.0.clear();
                all.labels
                    .extend(candidates.drain(..).filter(|label| kept.add(label)));
                all.begins.push(all.labels.len());
                if looked > ASK {
                    looked = 0;
                    if !(effort.go_on)() {
                        return None;
                    }
                }
            }
            if all.labels.len() > effort.most {
                return None;
            }
        }
        Some(all)
    }

    fn begin(side: &Side<'_>, prizes: &[i32]) -> Self {
        let n = side.len();
        let mut all = Self {
            labels: Vec::with_capacity(1024),
            begins: Vec::with_capacity(n * n + 1),
        };
        all.begins.push(0);
        for (v, &prize) in prizes.iter().enumerate() {
            if let Some((time, cost)) = side.begin(v) {
                all.labels.push(Label {
                    memory: 1 << v,
                    time,
                    cost: cost - prize,
                    from: 0,
                });
            }
            all.begins.push(all.labels.len());
        }
        all
    }

    pub(crate) fn count(&self) -> usize {
        self.labels.len()
    }
    fn list(&self, level: usize, v: usize) -> &[Label] {
        let at = level * (self.begins.len() - 1).isqrt() + v;
        &self.labels[self.begins[at]..self.begins[at + 1]]
    }

    /// The paths that can go on to `b` and cost less than `limit` there.
    #[inline]
    fn candidates(
        &self,
        side: &Side<'_>,
        prizes: &[i32],
        memory: u32,
        (level, b): (usize, usize),
        limit: i32,
        candidates: &mut Vec<Label>,
    ) {
        let n = side.len();
        for &a in &side.before[b] {
            let leg = side.cost[a * n + b] - prizes[b];
            let at = (level - 1) * n + a;
            let list = &self.labels[self.begins[at]..self.begins[at + 1]];
            let (mut earliest, mut last) = (i32::MAX, 0);
            for (index, label) in list.iter().enumerate() {
                if label.cost + leg >= limit {
                    break;
                }
                if label.memory >> b & 1 == 1 {
                    continue;
                }
                if let Some(time) = side.go(a, label.time, b) {
                    let new = Label {
                        cost: label.cost + leg,
                        time,
                        memory: label.memory & memory | 1 << b,
                        from: (index as u32) << 5 | a as u32,
                    };
                    // Within one list, what comes later is dearer: it must be earlier or remember less.
                    if new.time < earliest || new.memory != last {
                        candidates.push(new);
                        (earliest, last) = (new.time, new.memory);
                    }
                }
            }
        }
    }

    /// A quick look for a complete path of the other side that visits nothing twice and costs less than `known`: of each length, only
    /// the few are kept that these labels promise the most.
    pub(crate) fn dive(
        &self,
        side: &Side<'_>,
        prizes: &[i32],
        known: i32,
        width: usize,
    ) -> Option<(i32, Vec<usize>)> {
        let n = side.len();
        let limit = known - prizes.iter().sum::<i32>();
        let mut levels: Vec<Vec<(i32, usize, Label)>> = Vec::with_capacity(n);
        let starts = (0..n).filter_map(|v| {
            let (time, cost) = side.begin(v)?;
            let label = Label {
                cost: cost - prizes[v],
                time,
                memory: 1 << v,
                from: 0,
            };
            Some((0, v, label))
        });
        levels.push(starts.collect());
        for level in 1..n {
            let mut open: Vec<(i32, usize, Label)> = Vec::new();
            for (index, &(_, a, label)) in levels[level - 1].iter().enumerate() {
                for &b in side.next[a].iter().filter(|&&b| label.memory >> b & 1 == 0) {
                    let Some(time) = side.go(a, label.time, b) else {
                        continue;
                    };
                    let new = Label {
                        cost: label.cost + side.cost[a * n + b] - prizes[b],
                        time,
                        memory: label.memory | 1 << b,
                        from: index as u32,
                    };
                    let others = self.list(n - level - 1, b);
                    if let Some(rest) = completion(others, &new, b, limit - prizes[b]) {
                        open.push((new.cost + rest + prizes[b], b, new));
                    }
                }
            }
            open.sort_unstable_by_key(|&(total, b, l)| (total, b, l.memory, l.time));
            open.dedup_by_key(|&mut (_, b, l)| (b, l.memory));
            open.truncate(width);
            levels.push(open);
        }
        let ends = levels[n - 1].iter().enumerate();
        let (cost, mut index) = ends
            .filter_map(|(i, &(_, v, l))| Some((l.cost + side.finish(v, l.time)?, i)))
            .filter(|&(cost, _)| cost < limit)
            .min()?;
        let mut path = Vec::with_capacity(n);
        for level in levels.iter().rev() {
            let (_, v, label) = level[index];
            path.push(v);
            index = label.from as usize;
        }
        if side.direction == Direction::Forth {
            path.reverse();
        }
        Some((cost + known - limit, path))
    }

    /// The cheapest complete path and its cost, prizes given back. `None` if there is none.
    pub(crate) fn best(&self, side: &Side<'_>, prizes: &[i32]) -> Option<(i32, Vec<usize>)> {
        let n = side.len();
        let ends = (0..n).flat_map(|v| {
            let list = self.list(n - 1, v).iter().enumerate();
            list.map(move |(index, label)| (v, index, label))
        });
        let (cost, mut v, mut index) = ends
            .filter_map(|(v, index, l)| Some((l.cost + side.finish(v, l.time)?, v, index)))
            .min()?;
        let mut path = Vec::with_capacity(n);
        for level in (0..n).rev() {
            path.push(v);
            let from = self.list(level, v)[index].from;
            (v, index) = ((from & 31) as usize, (from >> 5) as usize);
        }
        if side.direction == Direction::Forth {
            path.reverse();
        }
        Some((cost + prizes.iter().sum::<i32>(), path))
    }
}

/// Of the paths from the other side that meet a label at its task, and together with it cost less than the limit, what the
/// cheapest costs.
#[inline]
fn completion(others: &[Label], label: &Label, at: usize, limit: i32) -> Option<i32> {
    let affordable = others.iter().take_while(|l| l.cost + label.cost < limit);
    let mut fitting =
        affordable.filter(|l| l.memory & label.memory == 1 << at && l.time + label.time <= 0);
    fitting.next().map(|l| l.cost)
}

/// The earliest of the labels kept at one place so far for each memory; all of them are at most as dear as what comes.
#[derive(Debug, Default)]
struct Kept(Vec<(u32, i32)>);

impl Kept {
    /// Adds a label unless another is as good in all respects.
    #[inline]
    fn add(&mut self, label: &Label) -> bool {
        let mut same = None;
        for (i, &(memory, time)) in self.0.iter().enumerate() {
            if memory & !label.memory == 0 {
                if time <= label.time {
                    return false;
                }
                if memory == label.memory {
                    same = Some(i);
                }
            }
        }
        match same {
            Some(i) => self.0[i].1 = label.time,
            None => self.0.push((label.memory, label.time)),
        }
        true
    }
}
