//! Priced lines. A proposal and an order have the same lines, so that what was offered is what is ordered.

#[cfg(test)]
mod any_numbers;
pub mod book;
pub mod guard;
pub mod hash;
pub mod model;
pub mod pricing;
pub mod queries;
pub mod resolve;
pub mod routes;
pub mod totals;

#[cfg(test)]
pub mod testing;
