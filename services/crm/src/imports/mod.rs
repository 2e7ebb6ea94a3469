//! Files that bring records: uploaded in pieces, read as they come, mapped, tried out, then run in the background, batch
//! by batch, so that a restart goes on where it was. Every row is accounted for; the rules are those of the records' own
//! slices.

pub mod chunks;
pub mod commands;
pub mod dates;
pub mod error;
pub mod guess;
pub mod intake;
pub mod model;
pub mod numbers;
pub mod queries;
pub mod reader;
pub mod report;
pub mod routes;
pub mod scan;
pub mod sheet;
pub mod stages;
pub mod upload;
pub mod views;
pub mod worker;
