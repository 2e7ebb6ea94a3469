//! Pictures of a visit. What the camera wrote into them (where, when, with what) is taken out before they are kept.

pub mod commands;
pub mod image;
pub mod queries;
pub mod routes;
mod upload;
