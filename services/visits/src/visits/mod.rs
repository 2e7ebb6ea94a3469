//! What happens in a shop: planned, under way, done; or missed, or cancelled. Every step is an event, which crm puts onto
//! the client's timeline.

pub mod arrival;
pub mod commands;
mod ending;
mod fields;
pub mod model;
pub mod queries;
pub mod report;
pub mod routes;
pub mod steps;
mod views;
