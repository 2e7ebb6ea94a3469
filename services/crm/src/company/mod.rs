//! Who we are: the seller on proposals, order confirmations and invoices. One record, there from the start and empty.

pub mod commands;
pub mod error;
pub mod model;
pub mod queries;
pub mod routes;
