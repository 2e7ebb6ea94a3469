//! The records behind a figure: the very rows that were counted, a page at a time.

pub mod model;
mod queries;
pub mod routes;
pub mod work;

pub use queries::{Listing, count, page};
