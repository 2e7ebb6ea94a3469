//! Who we sell to: a company or a sole trader, with its Italian identity, its owner and where it stands.
//! A prospect is a client that has not ordered yet, not a second table.

pub mod commands;
pub mod error;
pub mod model;
pub mod queries;
pub mod routes;
pub mod terms;
