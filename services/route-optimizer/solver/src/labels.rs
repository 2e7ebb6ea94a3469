//! The partial paths of one pass of the exact method, level by level.

use crate::side::{Arc, Side};

/// A path: where it stands, when (backwards: less the time), what may not come again, the way it cost less prizes.
#[derive(Debug, Clone, Copy)]
struct Label {
    cost: i32,
    time: i32,
    memory: u32,
    /// Index and spot of the label before: `index * 128 + spot`; [`RESTS`] may be set.
    from: u32,
}

/// Set in a label that need not go on, as another one that takes its next break right there is as good. It still bounds what comes
/// from the other side, where that break would be counted twice.
const RESTS: u32 = 1 << 31;

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

/// All labels of a pass, by number of visits and spot, cheapest first.
#[derive(Debug)]
pub(crate) struct Labels {
    labels: Vec<Label>,
    /// Where the labels of each number of visits and spot begin: `level * spots + spot`.
    begins: Vec<usize>,
    spots: usize,
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
        let (n, spots) = (side.len(), side.spots());
        let limit = effort.known - prizes.iter().sum::<i32>();
        let walks = side.walks(prizes);
        let mut all = Self::begin(side, prizes);
        let mut candidates = Vec::new();
        let mut kept = Kept::default();
        let mut looked = 0;
        for level in 1..n {
            let left = n - level - 1;
            for spot in 0..spots {
                let (b, rest) = (spot % n, walks[left * spots + spot]);
                all.candidates(
                    side,
                    prizes,
                    memory[b],
                    (level, spot),
                    limit - rest,
                    &mut candidates,
                );
                looked += candidates.len();
                if let Some(bound) = bound {
                    let others = bound.list(left, side.mirror(spot));
                    let limit = limit - prizes[b];
                    candidates.retain(|label| completion(others, label, b, limit).is_some());
                }
                candidates.sort_unstable_by_key(Label::rank);
                kept.0.clear();
                all.labels
                    .extend(candidates.drain(..).filter(|label| kept.add(label)));
                all.begins.push(all.labels.len());
                if spot >= n {
                    all.rest(side, (level, spot), &mut kept);
                }
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
        let (n, spots) = (side.len(), side.spots());
        let mut all = Self {
            labels: Vec::with_capacity(1024),
            begins: Vec::with_capacity(n * spots + 1),
            spots,
        };
        all.begins.push(0);
        for spot in 0..spots {
            if let Some((time, cost)) = side.begin(spot) {
                all.labels.push(Label {
                    memory: 1 << (spot % n),
                    time,
                    cost: cost - prizes[spot % n],
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

    fn list(&self, level: usize, spot: usize) -> &[Label] {
        let at = level * self.spots + spot;
        &self.labels[self.begins[at]..self.begins[at + 1]]
    }

    /// Marks labels that took a break no better than one that has not yet taken it.
    fn rest(&mut self, side: &Side<'_>, (level, spot): (usize, usize), kept: &mut Kept) {
        let (before, n) = (spot - side.len(), side.len());
        let at = level * self.spots + spot;
        let (begin, middle) = (self.begins[at - n], self.begins[at - n + 1]);
        let (done, list) = self.labels.split_at_mut(self.begins[at]);
        let mut waiting = done[begin..middle].iter().peekable();
        kept.0.clear();
        for label in list {
            while let Some(other) = waiting.next_if(|other| other.cost <= label.cost) {
                if let Some(time) = side.rests(before, other.time) {
                    kept.add(&Label { time, ..*other });
                }
            }
            if kept.covers(label) {
                label.from |= RESTS;
            }
        }
    }

    /// The paths that can go on to a spot and cost less than `limit` there.
    #[inline]
    fn candidates(
        &self,
        side: &Side<'_>,
        prizes: &[i32],
        memory: u32,
        (level, to): (usize, usize),
        limit: i32,
        candidates: &mut Vec<Label>,
    ) {
        let n = side.len();
        let b = to % n;
        for arc in &side.before[to] {
            let leg = arc.cost - prizes[b];
            let list = self.list(level - 1, arc.from);
            let (mut earliest, mut last) = (i32::MAX, 0);
            for (index, label) in list.iter().enumerate() {
                if label.cost + leg >= limit {
                    break;
                }
                if label.memory & side.bars[b] != 0 || label.from & RESTS != 0 {
                    continue;
                }
                if let Some(time) = side.go(arc, label.time) {
                    let new = Label {
                        cost: label.cost + leg,
                        time,
                        memory: label.memory & memory | 1 << b,
                        from: (index as u32) << 7 | arc.from as u32,
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
        let starts = (0..side.spots()).filter_map(|spot| {
            let (time, cost) = side.begin(spot)?;
            let label = Label {
                cost: cost - prizes[spot % n],
                time,
                memory: 1 << (spot % n),
                from: 0,
            };
            Some((0, spot, label))
        });
        levels.push(starts.collect());
        for level in 1..n {
            let mut open: Vec<(i32, usize, Label)> = Vec::new();
            for (index, &(_, from, label)) in levels[level - 1].iter().enumerate() {
                let fresh = |arc: &&Arc| label.memory & side.bars[arc.to % n] == 0;
                for arc in side.next[from].iter().filter(fresh) {
                    let Some(time) = side.go(arc, label.time) else {
                        continue;
                    };
                    let (to, b) = (arc.to, arc.to % n);
                    let new = Label {
                        cost: label.cost + arc.cost - prizes[b],
                        time,
                        memory: label.memory | 1 << b,
                        from: index as u32,
                    };
                    let others = self.list(n - level - 1, side.mirror(to));
                    if let Some(rest) = completion(others, &new, b, limit - prizes[b]) {
                        open.push((new.cost + rest + prizes[b], to, new));
                    }
                }
            }
            open.sort_unstable_by_key(|&(total, to, l)| (total, to, l.memory, l.time));
            open.dedup_by_key(|&mut (_, to, l)| (to, l.memory));
            open.truncate(width);
            levels.push(open);
        }
        let ends = levels[n - 1].iter().enumerate();
        let (cost, mut index) = ends
            .filter_map(|(i, &(_, spot, l))| Some((l.cost + side.finish(spot, l.time)?, i)))
            .filter(|&(cost, _)| cost < limit)
            .min()?;
        let mut path = vec![0; n];
        for (at, level) in levels.iter().enumerate().rev() {
            let (_, spot, label) = level[index];
            path[at] = spot;
            index = label.from as usize;
        }
        Some((cost + known - limit, side.driven(path)))
    }

    /// The cheapest complete path of spots and its cost, prizes given back. `None` if there is none.
    pub(crate) fn best(&self, side: &Side<'_>, prizes: &[i32]) -> Option<(i32, Vec<usize>)> {
        let n = side.len();
        let ends = (0..side.spots()).flat_map(|spot| {
            let list = self.list(n - 1, spot).iter().enumerate();
            list.map(move |(index, label)| (spot, index, label))
        });
        let (cost, mut spot, mut index) = ends
            .filter_map(|(spot, index, l)| Some((l.cost + side.finish(spot, l.time)?, spot, index)))
            .min()?;
        let mut path = vec![0; n];
        for level in (0..n).rev() {
            path[level] = spot;
            let from = self.list(level, spot)[index].from & !RESTS;
            (spot, index) = ((from & 127) as usize, (from >> 7) as usize);
        }
        Some((cost + prizes.iter().sum::<i32>(), side.driven(path)))
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
    /// Whether another label is as good in all respects.
    fn covers(&self, label: &Label) -> bool {
        let better =
            |&(memory, time): &(u32, i32)| memory & !label.memory == 0 && time <= label.time;
        self.0.iter().any(better)
    }

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
