//! What happens in a shop: planned, under way, done; or missed, or cancelled. Every step is an event, which crm puts onto
//! the client's timeline.

pub mod commands;
pub mod model;
pub mod queries;
pub mod routes;
