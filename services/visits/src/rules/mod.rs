//! How often a shop is visited, how long that takes, and when a shop is open: one document for the company, local
//! holidays, and the arithmetic that follows from them.

pub mod commands;
pub mod hours;
pub mod model;
pub mod queries;
pub mod routes;
