//! Prizes for visits, chosen so that a path which forgets most of what it has visited still gains nothing by visiting one task
//! twice and another never (Lagrange). The better they are, the fewer paths the proof has to look at.
//!
//! Steps along the subgradient (Held and Karp, 1971), on paths that a narrow beam finds: they are only nearly the best, which is
//! enough for a direction, and the proof takes nothing from here but the prizes.

use crate::line::Line;
use crate::side::Side;
use crate::tree;

/// Prizes stay within this, up and down.
const LARGEST: f64 = (1 << 22) as f64;

/// How many visits a task remembers.
const NEAR: usize = 3;

/// How much care is taken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Care {
    /// Steps at most.
    pub rounds: usize,
    /// Paths kept for each number of visits and last task; twice as many when those lead nowhere.
    pub width: usize,
}

/// Of two paths, the dearer one is kept only if it is earlier by this share of the known order's time.
const SLACK: i32 = 20;

/// A bound so near to the known cost leaves nothing to gain.
const NEARLY: f64 = 0.003;

/// Prizes for a line whose best known order costs `known`, perhaps better than those that were tried.
pub(crate) fn tune(
    line: &Line,
    sides: &[Side<'_>; 2],
    known: i32,
    care: Care,
    tried: Option<&[i32]>,
    go_on: &mut dyn FnMut() -> bool,
) -> Vec<i32> {
    let n = line.len();
    let mut looks = Looks {
        sides,
        known,
        memory: line.neighbours(NEAR.min(n)),
        width: care.width,
        widest: 2 * care.width,
        slack: sides[1].span() / SLACK,
        lists: vec![Vec::new(); n * line.spots()],
        order: Vec::new(),
    };
    let tried = tried.map(|tried| tried.iter().map(|&p| f64::from(p)).collect());
    let starts = [tree::prizes(line, known), around(line)];
    let Some((mut seen, mut prizes)) = starts
        .into_iter()
        .chain(tried)
        .filter_map(|p| Some((looks.look(&p, 0)?, p)))
        .max_by_key(|(seen, _)| seen.0)
    else {
        return whole(&around(line));
    };
    let mut drift = vec![0.0; n];
    let (mut best, mut step) = (seen.0, 1.0);
    for round in 1..=care.rounds {
        let (bound, path) = seen;
        for (v, drift) in drift.iter_mut().enumerate() {
            let visits = path.iter().filter(|&&w| usize::from(w) == v).count();
            *drift = 0.3 * *drift + 1.0 - visits as f64;
        }
        let off: f64 = drift.iter().map(|d| d * d).sum();
        let size = step * f64::from(known - bound) / off.max(0.5);
        for (prize, drift) in prizes.iter_mut().zip(&drift) {
            *prize = (*prize + drift * size).clamp(-LARGEST, LARGEST);
        }
        let Some(next) = looks.look(&prizes, round).filter(|_| go_on()) else {
            break;
        };
        seen = next;
        if seen.0 > best {
            best = seen.0;
        } else {
            step *= 0.9;
        }
    }
    whole(&prizes)
}

fn whole(prizes: &[f64]) -> Vec<i32> {
    prizes.iter().map(|&p| p as i32).collect()
}

/// Prizes under which the order in which the tasks were given costs about nothing: half of the legs around each.
fn around(line: &Line) -> Vec<f64> {
    let n = line.len();
    let leg = |a: usize| (a + 1 < n).then(|| line.cost[a * n + a + 1]);
    (0..n)
        .map(|v| {
            let (before, after) = (v.checked_sub(1).and_then(leg), leg(v));
            f64::from(before.or(after).unwrap_or(0) + after.or(before).unwrap_or(0)) / 2.0
        })
        .collect()
}

/// A path in the making.
#[derive(Debug, Clone, Copy)]
struct Step {
    /// Cost so far.
    cost: i32,
    time: i32,
    memory: u32,
    /// Index and spot of the step before.
    from: (u8, u8),
}

/// The tasks of a path and what it costs, prizes given back.
type Seen = (i32, Vec<u8>);

/// What one look has in common with the next, and memory they share.
struct Looks<'l> {
    sides: &'l [Side<'l>; 2],
    known: i32,
    memory: Vec<u32>,
    width: usize,
    widest: usize,
    slack: i32,
    /// By number of visits and spot.
    lists: Vec<Vec<Step>>,
    /// The ways to a spot, those first that promise the most.
    order: Vec<(i32, usize)>,
}

impl Looks<'_> {
    /// A path from which there is something to learn: clearly cheaper than the known order, and with a task visited twice.
    fn look(&mut self, prizes: &[f64], round: usize) -> Option<Seen> {
        let prizes = whole(prizes);
        loop {
            let n = self.sides[0].len() as u32;
            let seen = self.best(&self.sides[round % 2], &prizes).filter(|seen| {
                let visited = seen.1.iter().fold(0u32, |mask, &v| mask | 1 << v);
                let gap = f64::from(self.known - seen.0);
                visited.count_ones() < n && gap > f64::from(self.known) * NEARLY
            });
            if seen.is_some() || self.width >= self.widest {
                return seen;
            }
            self.width *= 2;
        }
    }

    /// A cheap path of as many visits as there are tasks, and what it costs, prizes given back.
    fn best(&mut self, side: &Side<'_>, prizes: &[i32]) -> Option<Seen> {
        let (n, spots) = (side.len(), side.spots());
        let walks = side.walks(prizes);
        let limit = self.known - prizes.iter().sum::<i32>();
        self.lists.iter_mut().for_each(Vec::clear);
        for spot in 0..spots {
            if let Some((time, cost)) = side.begin(spot) {
                self.lists[spot].push(Step {
                    cost: cost - prizes[spot % n],
                    time,
                    memory: 1 << (spot % n),
                    from: (0, 0),
                });
            }
        }
        for level in 1..n {
            for spot in 0..spots {
                let most = limit - walks[(n - level - 1) * spots + spot];
                self.reach(side, (level, spot), prizes[spot % n], most);
            }
        }
        let ends = (0..spots).flat_map(|spot| {
            let list = self.lists[(n - 1) * spots + spot].iter().enumerate();
            list.map(move |(index, step)| (spot, index, step))
        });
        let (cost, mut spot, index) = ends
            .filter_map(|(spot, i, s)| Some((s.cost + side.finish(spot, s.time)?, spot, i)))
            .min()?;
        let mut index = index as u8;
        let mut path = vec![0; n];
        for level in (0..n).rev() {
            path[level] = (spot % n) as u8;
            let from = self.lists[level * spots + spot][usize::from(index)].from;
            (index, spot) = (from.0, usize::from(from.1));
        }
        Some((cost + prizes.iter().sum::<i32>(), path))
    }

    /// Collects paths that go on to a spot and cost less than `most` there.
    fn reach(&mut self, side: &Side<'_>, (level, to): (usize, usize), prize: i32, most: i32) {
        let (spots, b) = (side.spots(), to % side.len());
        let (done, open) = self.lists.split_at_mut(level * spots);
        let (done, list) = (&done[(level - 1) * spots..], &mut open[to]);
        let begun = side.before[to].iter().enumerate();
        let begun =
            begun.filter_map(|(i, arc)| Some((done[arc.from].first()?.cost + arc.cost - prize, i)));
        self.order.clear();
        self.order.extend(begun);
        self.order.sort_unstable();
        let most = |list: &[Step]| {
            let full = list.get(self.width - 1);
            full.map_or(most, |last| most.min(last.cost))
        };
        for &(least, i) in &self.order {
            if least >= most(list) {
                break;
            }
            let arc = &side.before[to][i];
            let leg = arc.cost - prize;
            for (index, step) in done[arc.from].iter().enumerate() {
                let cost = step.cost + leg;
                if cost >= most(list) {
                    break;
                }
                if step.memory & side.bars[b] != 0 {
                    continue;
                }
                if let Some(time) = side.go(arc, step.time) {
                    let new = Step {
                        cost,
                        time,
                        memory: step.memory & self.memory[b] | 1 << b,
                        from: (index as u8, arc.from as u8),
                    };
                    insert(list, self.width, self.slack, new);
                }
            }
        }
    }
}

/// Keeps the few cheapest of which none is about as good as another in all respects, cheapest first.
fn insert(list: &mut Vec<Step>, width: usize, slack: i32, new: Step) {
    let worse = |a: &Step, b: &Step| b.time - slack <= a.time && b.memory & !a.memory == 0;
    let mut at = 0;
    while at < list.len() && list[at].cost <= new.cost {
        if worse(&new, &list[at]) {
            return;
        }
        at += 1;
    }
    let mut to = at;
    for i in at..list.len() {
        if !worse(&list[i], &new) {
            list[to] = list[i];
            to += 1;
        }
    }
    list.truncate(to.min(width - 1));
    list.insert(at, new);
}
