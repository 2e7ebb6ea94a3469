//! The partial paths of one pass of the exact method, level by level.

use crate::line::{Direction, Line};

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
        for (v, &prize) in prizes.iter().enumerate() {
            let (time, cost) = line.begin(direction, v);
            if line.in_time(direction, v, time) {
                labels.lists[v].push(Label {
                    memory: 1 << v,
                    time,
                    cost: cost - prize,
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
