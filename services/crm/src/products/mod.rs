//! What we sell: products and their variants, with what invoices, taxes and the customs agency need to know of them.
//! Everybody who signs in reads them; what they cost us only whoever may see costs.

pub mod commands;
pub mod error;
pub mod model;
pub mod queries;
pub mod routes;
pub mod search;

pub use model::{Product, ProductFields, ProductId, ProductKind};
pub use queries::{find, insert_all, named, save, with_name_keys};
