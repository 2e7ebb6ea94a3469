//! Price lists: what a client pays for one, by product, quantity and day, with a list above to fall back on.
//! docs/pricing.md has the order in which they are asked.

pub mod commands;
pub mod error;
pub mod model;
pub mod queries;
pub mod routes;
pub mod rows;

pub use model::{Price, PriceList, PriceListId};
