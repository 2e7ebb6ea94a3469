//! Who looks after which part of the country. A part is a region, a province or the beginning of a CAP; a shop belongs to the
//! closest one that holds it.

pub mod commands;
pub mod model;
pub mod queries;
mod regions;
pub mod routes;
