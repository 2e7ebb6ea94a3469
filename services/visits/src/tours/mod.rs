//! Tours: one agent's day, in order, with its times. A plan's when it is accepted, or put together by hand.

pub mod actions;
pub mod commands;
pub mod diary;
pub mod edits;
pub mod model;
mod new_stop;
pub mod outline;
pub mod queries;
pub mod routes;
pub mod stops;
pub mod timing;
pub mod views;
