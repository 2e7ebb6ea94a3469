//! The timeline: everything that happened with a client or in an opportunity, newest first. Append-only. What people do
//! (calls, notes, …) they write themselves; what the system knows (a deal moved) it writes in the same transaction.

pub mod commands;
pub mod error;
pub mod model;
pub mod queries;
pub mod routes;
pub mod visits;
