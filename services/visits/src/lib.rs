#![doc = include_str!("../README.md")]

mod app;
mod schema;

/// When people work.
pub mod agents;
/// A private feed for calendars.
pub mod calendar;
/// Planned against done.
pub mod figures;
/// What crm tells.
pub mod mirror;
pub mod nights;
/// Pictures of a visit.
pub mod photos;
/// The shops, and how they are covered.
pub mod places;
/// The planner's rules.
pub mod planner;
/// Proposed tours.
pub mod plans;
/// What reports ask.
pub mod reports;
/// How often, how long, when open.
pub mod rules;
/// Who looks after which part of the country.
pub mod territories;
/// Accepted tours.
pub mod tours;
/// From one place to another.
pub mod travel;
/// What happens in a shop.
pub mod visits;

pub use app::{SERVICE, migrations, openapi, parts};
