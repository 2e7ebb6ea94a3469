#![doc = include_str!("../README.md")]

mod app;
mod schema;

/// When people work.
pub mod agents;
/// What crm tells.
pub mod mirror;
/// The shops, and how they are covered.
pub mod places;
/// The planner's rules.
pub mod planner;
/// Proposed tours.
pub mod plans;
/// How often, how long, when open.
pub mod rules;
/// Accepted tours.
pub mod tours;
/// From one place to another.
pub mod travel;
/// What happens in a shop.
pub mod visits;

pub use app::{SERVICE, migrations, openapi, parts};
