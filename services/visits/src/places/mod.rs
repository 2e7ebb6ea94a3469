//! The shops as visits see them: when each was seen, when it is due, when it opens; and how well the company covers them.

pub mod commands;
mod cover;
pub mod coverage;
pub mod model;
pub mod nearby;
pub mod queries;
pub mod routes;
mod spots;
