//! Letters: the link by which somebody comes in, and the one by which whoever forgot their password sets another. What is to be
//! sent is kept in the transaction that makes the link, and goes out until the mail server has taken it. `letters` are those
//! that other services write.

pub mod commands;
pub mod letters;
pub mod model;
mod post;
pub mod queries;
pub mod routes;
mod sender;

pub use post::{Post, PostSettings};
pub(crate) use sender::send;
