#![doc = include_str!("../README.md")]

mod app;
mod liquids;
mod parties;
mod schema;

/// What needs a manager's yes.
pub mod approvals;
/// Who gets a lead when nobody says.
pub mod assignment;
/// What a shop usually orders.
pub mod baskets;
/// Where interest comes from.
pub mod campaigns;
/// How the catalogue is sorted.
pub mod categories;
/// Who we sell to.
pub mod clients;
/// Who we are, on paper and on invoices.
pub mod company;
/// What people said about being called or written to.
pub mod consents;
/// The people at a client.
pub mod contacts;
/// Proposals, orders and invoices on paper.
pub mod documents;
/// Whom we may know already.
pub mod duplicates;
/// Files that bring records.
pub mod imports;
/// The timeline.
pub mod interactions;
/// Italian identity, addresses and comuni.
pub mod italy;
/// Unqualified interest.
pub mod leads;
/// Priced lines of proposals and orders, and their totals.
pub mod lines;
/// Numbers of documents, without gaps.
pub mod numbers;
/// Possible sales.
pub mod opportunities;
/// Orders, from approval to invoice.
pub mod orders;
/// Funnels, their stages, and why deals are lost.
pub mod pipelines;
/// What clients pay for one.
pub mod price_lists;
/// What we sell.
pub mod products;
/// Priced offers, their versions, and the customer's link.
pub mod proposals;
/// Consumption taxes and discount ceilings.
pub mod rates;
/// The shops of a client.
pub mod sites;
/// What is still to do.
pub mod tasks;

use nexus_records::users;

pub use app::{SERVICE, migrations, openapi, parts};
