//! The analytics service as its callers meet it: a real server, a real schema per test, events as crm and visits tell them.
#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

mod access;
mod boards;
mod compare;
mod digests;
mod events;
mod figures;
mod kit;
mod naive;
mod naive_more;
mod openapi;
mod properties;
mod rebuild;
mod records;
mod targets;
mod visibility;
mod world;
