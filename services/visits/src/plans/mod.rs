//! Plans: proposed tours for some days, made in the background, looked at, accepted.

pub mod accept;
pub mod adjust;
pub mod ask;
pub mod choice;
pub mod draft;
pub mod engines;
pub mod gather;
pub mod model;
pub mod outcome;
pub mod queries;
pub mod routes;
pub mod shares;
pub mod solve;
pub mod told;
pub mod worker;
