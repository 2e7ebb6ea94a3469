//! What a shop usually orders, worked out from its orders: how much of what, how often, and what is late.

pub mod model;
pub mod queries;
pub mod routes;
