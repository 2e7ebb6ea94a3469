//! The visits service as its callers meet it: a real server, a real schema per test.
#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

mod access;
mod kit;
mod openapi;
