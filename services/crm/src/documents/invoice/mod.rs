//! A draft of the electronic invoice of an order (`FatturaPA` 1.2.3: FPR12, or FPA12 for a public office). It is for the
//! accountant's program to number, sign and send: nothing here speaks to SDI.

mod body;
mod complete;
mod header;
mod payment;
mod xml;

use chrono::NaiveDate;
use nexus_problem::FieldError;

use super::model::{DocumentLine, Party, Seller};
use crate::italy::sdi;
use crate::lines::totals::Totals;
use xml::Xml;

/// What is invoiced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceDocument {
    pub seller: Seller,
    pub client: Party,
    /// The invoice's own number, or the order's while it has none.
    pub number: String,
    pub issued_on: NaiveDate,
    /// The order that is invoiced, and its day.
    pub order_number: String,
    pub ordered_on: NaiveDate,
    /// The client's own name for the order.
    pub client_reference: Option<String>,
    /// As people say it: `RiBa 30/60 gg FM`.
    pub payment_terms: Option<String>,
    pub lines: Vec<DocumentLine>,
    pub totals: Totals,
}

/// The invoice as XML.
///
/// Consumption tax is no discount and no price: each rate has one line of its own for it, so that goods, tax and VAT base
/// each stand as they were ordered; the part of each liquid is noted on its own line.
///
/// # Errors
/// Everything that is missing or that SDI would refuse, with pointers below `/company`, `/client` and `/lines`.
pub fn invoice_xml(invoice: &InvoiceDocument) -> Result<String, Vec<FieldError>> {
    let missing = complete::missing(invoice);
    if !missing.is_empty() {
        return Err(missing);
    }
    let code = header::recipient_code(&invoice.client);
    let format = if sdi::is_public_office(&code) {
        "FPA12"
    } else {
        "FPR12"
    };
    let mut xml = Xml::new();
    xml.open(&format!(
        "p:FatturaElettronica versione=\"{format}\" xmlns:p=\"http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.2\""
    ));
    xml.within("FatturaElettronicaHeader", |xml| {
        header::write(xml, invoice, format, &code)
    });
    xml.within("FatturaElettronicaBody", |xml| body::write(xml, invoice));
    xml.close("p:FatturaElettronica");
    Ok(xml.finish())
}
