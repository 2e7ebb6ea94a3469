//! What people are to reach in a month. Whoever sets them sets those of their own team.

pub mod model;
pub mod queries;
pub mod routes;
