//! Priced offers with an end. A proposal has versions 1…n; each is immutable once it was sent. The customer reads and
//! answers on a signed link, without an account; accepting makes the order, exactly once.

pub mod answers;
pub mod commands;
pub mod diff;
pub mod error;
pub mod expiry;
pub mod links;
pub mod model;
pub mod paper_routes;
pub mod papers;
pub mod public_routes;
pub mod public_view;
pub mod queries;
pub mod routes;
pub mod sending;
pub mod state;
pub mod step_routes;
pub mod views;
