//! Letters with figures that come by themselves, every working morning, every Monday or every month: what the reader may
//! see at that moment, in their language. auth hands them to the mail server.

pub mod commands;
mod letter;
pub mod model;
pub mod queries;
pub mod routes;
mod sending;

pub use sending::{send_all, send_one};
