//! When people work, where their day begins and ends, and when they are away.

pub mod commands;
pub mod model;
pub mod queries;
pub mod routes;
