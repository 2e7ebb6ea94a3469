//! Plans: proposed tours for some days, made in the background, looked at, accepted.

pub mod accept;
pub mod gather;
pub mod model;
pub mod queries;
pub mod routes;
pub mod solve;
pub mod worker;
