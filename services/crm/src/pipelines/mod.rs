//! Funnels: ordered stages with a probability, what must be known to enter them and how long one may stay, the last two
//! kinds being won and lost; and the reasons for which deals are lost. Everybody who signs in reads them.

pub mod commands;
pub mod error;
pub mod lost_reasons;
pub mod model;
pub mod queries;
pub mod routes;
