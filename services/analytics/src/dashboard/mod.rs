//! The dashboard: tiles put together from sums, all of them from one statement.

mod cache;
mod compose;
pub mod model;
pub mod names;
pub mod routes;
mod tiles;

pub use cache::Cache;
pub use compose::{change, compose};
