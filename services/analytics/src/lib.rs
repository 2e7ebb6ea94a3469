#![doc = include_str!("../README.md")]

mod app;

/// All tiles of a filter.
pub mod dashboard;
/// What happened.
pub mod facts;
/// Which days, whose records.
pub mod filter;
/// What is counted.
pub mod measures;
/// What is behind a figure.
pub mod records;

pub use app::{SERVICE, Sources, migrations, openapi, parts};
