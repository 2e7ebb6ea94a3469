//! The service as its callers see it: over HTTP where that matters, from bytes to bytes where it does not.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod bad_road;
mod check;
mod dice;
mod faults;
mod fuzz;
mod http;
mod invent;
mod kit;
mod osrm;
mod plan;
mod solve;
