//! Priced lines. A proposal and an order have the same lines, so that what was offered is what is ordered.

pub mod hash;
pub mod model;
pub mod pricing;
pub mod queries;
pub mod totals;

#[cfg(test)]
pub mod testing;
