//! The real gateway on a port of its own, real services behind it, and clients that write bytes.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod client;
mod failures;
mod framing;
mod limits;
mod mutations;
mod openapi;
mod replicas;
mod routing;
mod shutdown;
mod stage;
mod stub;
mod tiles;
mod tokens;
mod web;
