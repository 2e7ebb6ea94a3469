//! Nights away from home: the tour of the day before ends where somebody sleeps, the tour of the day after begins there.

pub mod commands;
pub mod model;
pub mod queries;
pub mod routes;
