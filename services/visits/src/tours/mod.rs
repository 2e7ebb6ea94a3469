//! Tours: one agent's day, in order, with its times. A plan's when it is accepted, or put together by hand.

pub mod commands;
pub mod model;
pub mod queries;
pub mod routes;
pub mod timing;
