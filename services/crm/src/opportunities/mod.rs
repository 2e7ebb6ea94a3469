//! Possible sales: an amount, an expected close, a stage in a pipeline; ending won, or lost for a reason. Every move is
//! kept, with who made it and how long the stage before lasted.

pub mod board;
pub mod commands;
pub mod error;
pub mod history;
pub mod model;
pub mod queries;
pub mod routes;
pub mod views;
