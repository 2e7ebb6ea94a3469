//! The people at a client, with what they are there: owner, buyer, warehouse, administration.

pub mod commands;
pub mod error;
pub mod model;
pub mod queries;
pub mod routes;
