//! A lower bound for set partitioning (Boschetti, Mingozzi and Ricciardelli, 2008).

use crate::cover::Pieces;

/// Steps along the subgradient at most, and after how many columns are thrown out.
const ROUNDS: usize = 200;
const SIEVE: usize = 10;

/// Steps without a better bound before they become smaller.
const PATIENCE: usize = 8;

/// The first steps' length, in the distance to the goal.
const SCALE: f64 = 1.0;

/// Stands for no column.
const NOBODY: u32 = u32::MAX;

/// Prices for rows, no column costing less than its rows are worth, raised step by step.
///
/// Each column shares its cost, less the duals of its rows, evenly among them; a row is worth its dual and the least share.
pub(crate) struct Ascent<'p> {
    pieces: &'p Pieces,
    goal: f64,
    /// Columns that can be part of a choice below the goal.
    pub columns: Vec<u32>,
    /// The best prices and what they are worth, a bound.
    pub prices: Vec<f64>,
    pub best: f64,
    /// The least share of each row, and the column it comes from (or none: the row is left uncovered).
    least: Vec<(f64, u32)>,
    /// How much of each row the least shares cover, too little or too much.
    slope: Vec<f64>,
    /// Rows of columns looked at.
    pub work: u64,
}

impl<'p> Ascent<'p> {
    pub(crate) fn new(pieces: &'p Pieces, goal: f64) -> Self {
        Self {
            pieces,
            goal,
            columns: (0..pieces.cost.len() as u32).collect(),
            prices: Vec::new(),
            best: f64::NEG_INFINITY,
            least: vec![(0.0, NOBODY); pieces.absent.len()],
            slope: vec![0.0; pieces.absent.len() + pieces.limits.len()],
            work: 0,
        }
    }

    /// Raises the bound and drops columns. Returns whether anything below the goal may be left.
    pub(crate) fn raise(&mut self, duals: &mut [f64]) -> bool {
        let mut kept = duals.to_vec();
        let (mut scale, mut waited) = (SCALE, 0);
        for round in 0..ROUNDS {
            let bound = self.look(duals);
            if bound > self.best {
                if bound > self.best + 1e-4 * (self.goal - self.best) {
                    waited = 0;
                }
                self.best = bound;
                kept.copy_from_slice(duals);
                self.price(duals);
                if bound >= self.goal {
                    break;
                }
            } else {
                waited += 1;
                if waited >= PATIENCE {
                    (scale, waited) = (scale * 0.5, 0);
                    duals.copy_from_slice(&kept);
                    if scale < 0.001 {
                        break;
                    }
                }
            }
            if round % SIEVE == 0 {
                self.sieve();
            }
            self.step(duals, scale * (self.goal - bound).max(0.0));
        }
        duals.copy_from_slice(&kept);
        self.sieve();
        self.best < self.goal
    }

    /// Drops columns that cost too much more than their rows are worth.
    fn sieve(&mut self) {
        let (pieces, prices, room) = (self.pieces, &self.prices, self.goal - self.best);
        self.columns.retain(|&c| pieces.reduced(c, prices) < room);
    }

    /// The bound at the duals.
    fn look(&mut self, duals: &[f64]) -> f64 {
        let pieces = self.pieces;
        for ((least, &absent), dual) in self.least.iter_mut().zip(&pieces.absent).zip(duals) {
            *least = (absent as f64 - dual, NOBODY);
        }
        for &column in &self.columns {
            let rows = pieces.of(column);
            self.work += rows.len() as u64;
            let tasks = &rows[..rows.len() - 1];
            let share = pieces.reduced(column, duals) / tasks.len() as f64;
            for &row in tasks {
                let least = &mut self.least[row as usize];
                if share < least.0 {
                    *least = (share, column);
                }
            }
        }
        pieces.worth(duals) + self.least.iter().map(|l| l.0).sum::<f64>()
    }

    fn price(&mut self, duals: &[f64]) {
        self.prices.clear();
        self.prices.extend_from_slice(duals);
        for (price, least) in self.prices.iter_mut().zip(&self.least) {
            *price += least.0;
        }
    }

    /// Moves the duals: up where rows are covered too little, down where too much.
    fn step(&mut self, duals: &mut [f64], length: f64) {
        let (pieces, rows) = (self.pieces, self.pieces.absent.len());
        let (tasks, classes) = self.slope.split_at_mut(rows);
        tasks.fill(1.0);
        for (slope, &limit) in classes.iter_mut().zip(&pieces.limits) {
            *slope = f64::from(limit);
        }
        for (row, &(_, column)) in self.least.iter().enumerate() {
            if column == NOBODY {
                self.slope[row] -= 1.0;
                continue;
            }
            let all = pieces.of(column);
            let part = 1.0 / (all.len() - 1) as f64;
            all.iter().for_each(|&row| self.slope[row as usize] -= part);
        }
        for (slope, &dual) in self.slope[rows..].iter_mut().zip(&duals[rows..]) {
            if *slope > 0.0 && dual >= 0.0 {
                *slope = 0.0;
            }
        }
        let steepness: f64 = self.slope.iter().map(|s| s * s).sum();
        let size = length / steepness.max(0.01);
        for (dual, slope) in duals.iter_mut().zip(&self.slope) {
            *dual += size * slope;
        }
        duals[rows..]
            .iter_mut()
            .for_each(|dual| *dual = dual.min(0.0));
    }
}
