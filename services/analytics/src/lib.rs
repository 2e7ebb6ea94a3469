#![doc = include_str!("../README.md")]

mod app;
mod schema;

/// Dashboards that are kept.
pub mod boards;
/// All tiles of a filter.
pub mod dashboard;
/// What figures mean.
pub mod definitions;
/// Letters with figures.
pub mod digests;
/// Figures as files.
pub mod exports;
/// What happened.
pub mod facts;
/// Which days, whose records.
pub mod filter;
/// Telling of changes.
pub mod live;
/// What is counted.
pub mod measures;
/// What a filter can be set to.
pub mod options;
/// Counting anew.
pub mod rebuild;
/// What is behind a figure.
pub mod records;
/// What is to be reached.
pub mod targets;

pub use app::{SERVICE, Sources, migrations, openapi, parts};
