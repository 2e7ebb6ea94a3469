//! The visits service as its callers meet it: a real server, a real schema per test.
#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

mod access;
mod calendar;
mod engines;
mod faults;
mod figures;
mod kit;
mod nearby;
mod nights;
mod openapi;
mod photos;
mod plans;
mod reports;
mod roads;
mod rules;
mod spread;
mod territories;
mod timeline;
mod tours;
mod visits;
