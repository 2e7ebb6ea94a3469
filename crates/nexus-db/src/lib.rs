#![doc = include_str!("../README.md")]

mod db;
mod error;
mod migrate;
mod queue;
mod watch;

pub use db::{Db, DbSettings};
pub use error::{DbError, DbResult};
pub use migrate::{MigrationError, migrate};
