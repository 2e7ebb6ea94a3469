//! The crm service as its callers meet it: a real server, a real schema per test.
#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

mod access;
mod clients;
mod concurrency;
mod contacts_and_sites;
mod imports;
mod kit;
mod openapi;
mod opportunities;
mod outage;
mod pipelines;
mod requests;
mod timeline;
mod visibility;
