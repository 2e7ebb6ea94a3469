//! Set partitioning: which of many routes together visit every task once at the least cost?
//!
//! A bound from prices for tasks, raised step by step (Boschetti, Mingozzi and Ricciardelli, 2008), throws out the routes that
//! cannot be part of anything better; what is left is searched depth first, the task with the fewest routes next. Effort is bounded
//! by counts, so the answer depends on nothing else.

use crate::ascent::Ascent;
use crate::choice::Search;

/// More columns than this are too many to search.
const SEARCHABLE: usize = 4_000;

/// Columns, each a set of rows to be covered; of each class only some can be chosen.
#[derive(Debug, Clone)]
pub(crate) struct Pieces {
    /// What leaving a row uncovered costs.
    pub absent: Vec<i64>,
    /// How many columns of each class can be chosen.
    pub limits: Vec<u32>,
    pub cost: Vec<i64>,
    /// Rows of all columns: those to be covered, then one for the class, counted from the number of rows on.
    rows: Vec<u32>,
    /// Where each column's rows begin; one more at the end.
    begin: Vec<u32>,
}

impl Pieces {
    pub(crate) fn new(absent: Vec<i64>, limits: Vec<u32>) -> Self {
        Self {
            absent,
            limits,
            cost: Vec::new(),
            rows: Vec::new(),
            begin: vec![0],
        }
    }

    pub(crate) fn push(&mut self, cost: i64, class: u32, rows: impl Iterator<Item = u32>) {
        self.rows.extend(rows);
        self.rows.push(self.absent.len() as u32 + class);
        self.begin.push(self.rows.len() as u32);
        self.cost.push(cost);
    }

    pub(crate) fn of(&self, column: u32) -> &[u32] {
        let column = column as usize;
        &self.rows[self.begin[column] as usize..self.begin[column + 1] as usize]
    }

    pub(crate) fn reduced(&self, column: u32, duals: &[f64]) -> f64 {
        let saved: f64 = self.of(column).iter().map(|&row| duals[row as usize]).sum();
        self.cost[column as usize] as f64 - saved
    }

    /// What the duals alone are worth.
    pub(crate) fn worth(&self, duals: &[f64]) -> f64 {
        let (rows, classes) = duals.split_at(self.absent.len());
        let limited: f64 = classes
            .iter()
            .zip(&self.limits)
            .map(|(d, &n)| d * f64::from(n))
            .sum();
        rows.iter().sum::<f64>() + limited
    }
}

/// The columns of a choice that costs less than `known`, if one is found, and how much work it was. `duals` are where the bound
/// begins and, afterwards, where the next one should.
pub(crate) fn solve(pieces: &Pieces, known: i64, duals: &mut [f64]) -> (Option<Vec<usize>>, u64) {
    let goal = known as f64 - 0.5;
    let mut ascent = Ascent::new(pieces, goal);
    if !ascent.raise(duals) {
        return (None, ascent.work);
    }
    let Ascent {
        mut columns,
        prices,
        best: bound,
        work,
        ..
    } = ascent;
    if columns.len() > SEARCHABLE {
        let extra = |c: u32| pieces.reduced(c, &prices);
        columns.sort_by(|&a, &b| extra(a).total_cmp(&extra(b)));
        columns.truncate(SEARCHABLE);
    }
    let mut search = Search::new(pieces, &columns, &prices, goal - bound);
    search.descend(0.0);
    let whole = |found: Vec<u32>| {
        found
            .iter()
            .map(|&i| columns[i as usize] as usize)
            .collect()
    };
    (search.found.map(whole), work + search.work)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    /// Rows, columns with their class and cost, and what there may be of each class.
    fn invent(random: &mut Random) -> (Pieces, Vec<(i64, u32, u32)>) {
        let rows = 1 + random.below(7);
        let limits: Vec<u32> = (0..1 + random.below(3))
            .map(|_| 1 + random.below(3) as u32)
            .collect();
        let absent = (0..rows).map(|_| 20 + random.below(60) as i64).collect();
        let mut pieces = Pieces::new(absent, limits.clone());
        let columns = (0..random.below(14)).map(|_| {
            let mask = 1 + random.below((1 << rows) - 1) as u32;
            (
                random.below(80) as i64,
                random.below(limits.len()) as u32,
                mask,
            )
        });
        let columns: Vec<_> = columns.collect();
        for &(cost, class, mask) in &columns {
            pieces.push(
                cost,
                class,
                (0..rows as u32).filter(|row| mask >> row & 1 == 1),
            );
        }
        (pieces, columns)
    }

    /// The least cost of any choice; what it leaves out is paid for.
    fn least(pieces: &Pieces, columns: &[(i64, u32, u32)]) -> i64 {
        let costs = (0..1u32 << columns.len()).filter_map(|choice| {
            let picked = (0..columns.len()).filter(|i| choice >> i & 1 == 1);
            worth(pieces, columns, picked)
        });
        costs.min().unwrap_or(0)
    }

    fn worth(
        pieces: &Pieces,
        columns: &[(i64, u32, u32)],
        picked: impl Iterator<Item = usize>,
    ) -> Option<i64> {
        let (mut covered, mut total, mut used) = (0, 0, vec![0; pieces.limits.len()]);
        for (cost, class, mask) in picked.map(|i| columns[i]) {
            if covered & mask > 0 {
                return None;
            }
            (covered, total) = (covered | mask, total + cost);
            used[class as usize] += 1;
        }
        let within = used
            .iter()
            .zip(&pieces.limits)
            .all(|(used, limit)| used <= limit);
        let left = (0..pieces.absent.len()).filter(|row| covered >> row & 1 == 0);
        within.then(|| total + left.map(|row| pieces.absent[row]).sum::<i64>())
    }

    #[test]
    fn finds_what_brute_force_finds_and_nothing_where_nothing_is_better() {
        let mut random = Random::new(7);
        for _ in 0..2_000 {
            let (pieces, columns) = invent(&mut random);
            let best = least(&pieces, &columns);
            let begin = vec![0.0; pieces.absent.len() + pieces.limits.len()];
            let (found, _) = solve(&pieces, best + 1, &mut begin.clone());
            let found = found.expect("the best choice is below the goal");
            assert_eq!(worth(&pieces, &columns, found.into_iter()), Some(best));
            assert_eq!(solve(&pieces, best, &mut begin.clone()).0, None);
        }
    }
}
