//! What people said about being called or written to for business, per channel. The last word counts, and a refusal is
//! kept: it stops calls and mails from being made and written down, and goes with a lead to the contact it becomes.

pub mod commands;
pub mod error;
pub mod model;
pub mod queries;
pub mod routes;
