//! One row a record, as its newest event tells it, and what follows from its history. Events may come twice, late or in
//! any order: a row never goes back to an older version, and all that is derived depends on the rows alone.

mod apply;
mod clients;
mod deals;
mod event;
pub mod feed;
mod orders;
mod read;
mod rows;
mod score;
mod sites;
pub mod story;
mod touched;

pub use apply::{Told, apply, derive_deals, derive_others, rescore};
pub use event::{Event, Page};
pub use rows::TABLES;
