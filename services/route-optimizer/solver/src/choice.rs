//! Choosing columns one after the other, the row with the fewest next; the bound says what is not worth trying.

use crate::cover::Pieces;

/// Columns blocked and rows looked at in the search at most.
const WORK: u64 = 3_000_000;

/// What rounding may amount to.
const TINY: f64 = 1e-6;

/// For each row (and class) the columns in it, as indices into `columns`.
fn by_row(pieces: &Pieces, columns: &[u32]) -> Vec<Vec<u32>> {
    let mut lists = vec![Vec::new(); pieces.absent.len() + pieces.limits.len()];
    for (i, &column) in (0..).zip(columns) {
        for &row in pieces.of(column) {
            lists[row as usize].push(i);
        }
    }
    lists
}

/// Depth-first search for a choice that costs less than `gap` more than the bound.
pub(crate) struct Search<'p> {
    pieces: &'p Pieces,
    columns: &'p [u32],
    /// What each column, and each row left uncovered, costs more than the bound says.
    extra: Vec<f64>,
    absent: Vec<f64>,
    /// The prices of classes, none above zero.
    classes: Vec<f64>,
    by_row: Vec<Vec<u32>>,
    /// How often each row may still be covered.
    left: Vec<u32>,
    /// How many full rows each column has.
    blocked: Vec<u32>,
    /// How many columns of each row are not blocked.
    alive: Vec<u32>,
    chosen: Vec<u32>,
    pub found: Option<Vec<u32>>,
    gap: f64,
    pub work: u64,
}

impl<'p> Search<'p> {
    pub(crate) fn new(pieces: &'p Pieces, columns: &'p [u32], duals: &[f64], gap: f64) -> Self {
        let extra: Vec<f64> = columns
            .iter()
            .map(|&c| pieces.reduced(c, duals).max(0.0))
            .collect();
        let mut by_row = by_row(pieces, columns);
        for list in &mut by_row {
            list.sort_by(|&a, &b| extra[a as usize].total_cmp(&extra[b as usize]));
        }
        Self {
            absent: (pieces.absent.iter().zip(duals))
                .map(|(&a, d)| a as f64 - d)
                .collect(),
            left: (pieces.absent.iter().map(|_| 1))
                .chain(pieces.limits.iter().copied())
                .collect(),
            blocked: vec![0; columns.len()],
            alive: by_row.iter().map(|list| list.len() as u32).collect(),
            classes: duals[pieces.absent.len()..].to_vec(),
            pieces,
            columns,
            extra,
            by_row,
            chosen: Vec::new(),
            found: None,
            gap,
            work: 0,
        }
    }

    pub(crate) fn descend(&mut self, spent: f64) {
        let rows = 0..self.pieces.absent.len();
        self.work += rows.len() as u64;
        let open = rows.filter(|&row| self.left[row] > 0);
        let Some(row) = open.min_by_key(|&row| self.alive[row]) else {
            let spent = spent + self.unused();
            if spent < self.gap - TINY {
                self.gap = spent;
                self.found = Some(self.chosen.clone());
            }
            return;
        };
        for i in 0..self.by_row[row].len() {
            let column = self.by_row[row][i];
            let after = spent + self.extra[column as usize];
            if after >= self.gap - TINY {
                break;
            }
            if self.blocked[column as usize] > 0 {
                continue;
            }
            if self.work > WORK {
                return;
            }
            self.take(column, true);
            self.chosen.push(column);
            self.descend(after);
            self.chosen.pop();
            self.take(column, false);
        }
        let after = spent + self.absent[row];
        if after < self.gap - TINY && self.work <= WORK {
            self.fill(row, true);
            self.descend(after);
            self.fill(row, false);
        }
    }

    /// What the bound counted for columns of limited classes that were not chosen.
    fn unused(&self) -> f64 {
        let left = &self.left[self.pieces.absent.len()..];
        let spare = left.iter().zip(&self.classes);
        spare.map(|(&n, price)| -price * f64::from(n)).sum()
    }

    /// Chooses a column, or takes that back.
    fn take(&mut self, column: u32, yes: bool) {
        let pieces = self.pieces;
        for &row in pieces.of(self.columns[column as usize]) {
            self.fill(row as usize, yes);
        }
    }

    /// Covers a row once, or takes that back.
    fn fill(&mut self, row: usize, yes: bool) {
        if yes {
            self.left[row] -= 1;
        }
        if self.left[row] == 0 {
            let pieces = self.pieces;
            self.work += self.by_row[row].len() as u64;
            for &column in &self.by_row[row] {
                let blocked = &mut self.blocked[column as usize];
                *blocked = if yes { *blocked + 1 } else { *blocked - 1 };
                if *blocked == u32::from(yes) {
                    for &other in pieces.of(self.columns[column as usize]) {
                        let alive = &mut self.alive[other as usize];
                        *alive = if yes { *alive - 1 } else { *alive + 1 };
                    }
                }
            }
        }
        if !yes {
            self.left[row] += 1;
        }
    }
}
