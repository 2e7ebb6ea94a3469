//! How long to search, decided by the caller.

/// Tells a search how much of its budget is gone.
///
/// Each thread of a search asks for itself, with the number of its own iterations; it asks at least every few milliseconds.
pub trait Budget: Sync {
    /// The share used, from 0 to 1; from 1 on the search ends as soon as it can. Also the way to cancel: return 1.
    fn used(&self, iterations: u64) -> f64;
}

/// A budget in iterations: the same result on a fast and on a slow machine.
#[derive(Debug, Clone, Copy)]
pub struct Iterations(pub u64);

impl Budget for Iterations {
    fn used(&self, iterations: u64) -> f64 {
        if self.0 == 0 {
            1.0
        } else {
            iterations as f64 / self.0 as f64
        }
    }
}
