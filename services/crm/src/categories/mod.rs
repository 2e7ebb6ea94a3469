//! How the catalogue is sorted: categories, with at most one level below them. Everybody who signs in reads them.

pub mod commands;
pub mod error;
pub mod model;
pub mod queries;
pub mod routes;

pub use model::CategoryId;
pub use queries::{is_in_use, names, with_below};
