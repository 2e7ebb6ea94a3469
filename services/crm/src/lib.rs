#![doc = include_str!("../README.md")]

mod app;
mod facts;
mod schema;
mod text_enum;
mod visibility;

/// Who we sell to.
pub mod clients;
/// The people at a client.
pub mod contacts;
/// Files that bring records.
pub mod imports;
/// The timeline.
pub mod interactions;
/// Italian identity, addresses and comuni.
pub mod italy;
/// Priced lines of proposals and orders, and their totals.
pub mod lines;
/// Possible sales.
pub mod opportunities;
/// Funnels, their stages, and why deals are lost.
pub mod pipelines;
/// What we sell, as names.
pub mod products;
/// The shops of a client.
pub mod sites;
/// Who owns what: a mirror of auth's users.
pub mod users;

pub use app::{SERVICE, migrations, openapi};
