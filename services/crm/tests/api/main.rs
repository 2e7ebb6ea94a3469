//! The crm service as its callers meet it: a real server, a real schema per test.
#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

mod access;
mod again;
mod assignment;
mod authorisations;
mod baskets;
mod campaigns;
mod clients;
mod company;
mod concurrency;
mod consents;
mod contacts_and_sites;
mod conversion;
mod duplicates;
mod imports;
mod kit;
mod leads;
mod numbers;
mod openapi;
mod opportunities;
mod orders;
mod outage;
mod pipelines;
mod prices;
mod products;
mod properties;
mod proposals;
mod requests;
mod selling;
mod tasks;
mod timeline;
mod visibility;
