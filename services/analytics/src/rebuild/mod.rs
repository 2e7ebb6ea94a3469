//! The read model made anew from the feeds, beside the one that answers; when it is whole, the two change places.

mod queries;
pub mod routes;
mod run;
mod tables;

pub use queries::Rebuild;
pub use run::Rebuilder;
