//! Unqualified interest: whoever left a card at a fair, wrote through the site or was called. A lead is worked until it
//! is converted, once, into a client with its contact and its deal, or lost for a reason. Its story goes with it.

pub mod actions;
pub mod board;
pub mod commands;
pub mod convert;
pub mod error;
pub mod model;
pub mod queries;
pub mod routes;
pub mod status;
pub mod steps;
pub mod views;
