//! What somebody has still to do, by when, and about what: a client, a lead, a deal, a person or a shop. Done with a
//! note that lands on the timeline of what it was about. A deal's next step is its earliest open task.

pub mod commands;
pub mod day;
pub mod error;
pub mod links;
pub mod model;
pub mod queries;
pub mod routes;
pub mod views;
