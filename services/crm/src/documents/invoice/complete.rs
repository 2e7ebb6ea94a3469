//! What an invoice still needs, all at once.

use nexus_problem::{FieldError, FieldErrors};

use super::InvoiceDocument;
use super::body::consumption_taxes;
use crate::documents::model::Party;
use crate::italy::sdi::{self, Identity};

pub fn missing(invoice: &InvoiceDocument) -> Vec<FieldError> {
    let mut errors = FieldErrors::default();
    seller(invoice, &mut errors);
    for field in sdi::invoicing(&identity(&invoice.client)).missing {
        let pointer = format!("/client/{field}");
        errors.add(
            pointer,
            "invoice.missing",
            format!("The client's record lacks this: {}.", named(field)),
        );
    }
    if invoice.lines.is_empty() {
        errors.add("/lines", "invoice.no_lines", "There is nothing to invoice.");
    }
    for (line, index) in invoice.lines.iter().zip(0_usize..) {
        if line.is_liquid
            && line
                .adm_code
                .as_deref()
                .unwrap_or_default()
                .trim()
                .is_empty()
        {
            let pointer = format!("/lines/{index}/adm_code");
            let detail = format!(
                "The invoice of a liquid carries its ADM code: give {} one.",
                line.description
            );
            errors.add(pointer, "invoice.no_adm_code", detail);
        }
    }
    if !adds_up(invoice) {
        let detail = "Lines and totals differ: save the order's lines again.";
        errors.add("/lines", "invoice.totals", detail);
    }
    errors.0
}

fn seller(invoice: &InvoiceDocument, errors: &mut FieldErrors) {
    let (seller, party) = (&invoice.seller, &invoice.seller.party);
    let has = |value: &Option<String>| value.as_deref().is_some_and(|text| !text.trim().is_empty());
    for (field, there) in [
        ("name", !party.name.trim().is_empty()),
        ("vat_number", has(&party.vat_number)),
        ("tax_regime", !seller.tax_regime.is_empty()),
        ("street", has(&party.street)),
        ("cap", has(&party.cap)),
        ("city", has(&party.city)),
        ("province", has(&party.province)),
    ] {
        if !there {
            let detail = format!("Your company's data lack this: {}.", named(field));
            errors.add(format!("/company/{field}"), "invoice.missing", detail);
        }
    }
}

fn identity(party: &Party) -> Identity<'_> {
    Identity {
        name: Some(&party.name),
        first_name: party.first_name.as_deref(),
        last_name: party.last_name.as_deref(),
        vat_country: Some(&party.vat_country),
        vat_number: party.vat_number.as_deref(),
        tax_code: party.tax_code.as_deref(),
        sdi_code: party.sdi_code.as_deref(),
        pec: party.pec.as_deref(),
        street: party.street.as_deref(),
        cap: party.cap.as_deref(),
        city: party.city.as_deref(),
        province: party.province.as_deref(),
        country: Some(&party.country),
    }
}

/// Whether goods and consumption tax of the lines are each rate's base, and all of it the total.
fn adds_up(invoice: &InvoiceDocument) -> bool {
    let totals = &invoice.totals;
    let taxes = consumption_taxes(&invoice.lines);
    let by_rate = totals.vat.iter().all(|row| {
        let goods = invoice.lines.iter();
        let goods: i64 = goods
            .filter(|line| line.vat_rate == row.rate && line.vat_nature == row.nature)
            .map(|line| line.net_cents)
            .sum();
        let tax: i64 = taxes
            .iter()
            .filter(|(rate, nature, _)| *rate == row.rate && *nature == row.nature)
            .map(|(_, _, tax)| tax)
            .sum();
        goods + tax == row.base_cents
    });
    let goods: i64 = invoice
        .lines
        .iter()
        .map(|line| line.net_cents + line.tax_cents)
        .sum();
    let bases: i64 = totals.vat.iter().map(|row| row.base_cents).sum();
    by_rate && goods == bases && goods + totals.vat_cents == totals.total_cents
}

fn named(field: &str) -> &str {
    match field {
        "name" => "denomination, or name and surname",
        "vat_number" => "P.IVA or codice fiscale",
        "tax_code" => "codice fiscale",
        "sdi_code" => "recipient code (0000000 if it has none) or PEC",
        "pec" => "PEC",
        "tax_regime" => "tax regime",
        "street" => "street",
        "cap" => "CAP",
        "city" => "comune",
        "province" => "provincia",
        other => other,
    }
}
