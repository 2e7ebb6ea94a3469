//! What leaves the house on paper: proposals and order confirmations as PDF, draft invoices as `FatturaPA` XML.
//!
//! Pure: plain values in, bytes out; no connection, no clock. The same content gives the same bytes, so that the hash of
//! what a client accepted can be checked years later. Typesetting takes some milliseconds of one core: run it through
//! [`on_a_thread`], never on an async thread.

mod draw;
mod invoice;
mod model;
mod sheet;
mod table;
mod template;
#[cfg(test)]
mod tests;
mod threads;
mod typeface;
mod wording;

pub use invoice::{InvoiceDocument, invoice_xml};
pub use model::{DocumentLine, OrderDocument, Party, ProposalDocument, Seller, Terms};
pub use template::{Unprintable, order_pdf, proposal_pdf};
pub use threads::on_a_thread;
