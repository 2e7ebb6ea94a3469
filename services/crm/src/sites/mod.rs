//! The shops of a client: what one visits. Address, place on the map and where that came from, opening hours, and the
//! ADM authorisation without which a shop may not sell liquids.

pub mod commands;
pub mod error;
pub mod model;
pub mod queries;
pub mod routes;
