//! Who gets a lead when nobody says: rules, tried in their order. The first active one that fits the lead and finds
//! somebody decides: in turns, by who has the fewest open leads, or by who works where the lead is.

pub mod commands;
pub mod error;
pub mod model;
pub mod queries;
pub mod routes;
