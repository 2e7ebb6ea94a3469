//! What is invoiced, what it comes to, how it is paid.

use rust_decimal::Decimal;

use super::InvoiceDocument;
use super::payment::{self, Plan};
use super::xml::{Xml, ascii, latin};
use crate::documents::model::DocumentLine;
use crate::documents::wording::nature;

/// Above this, an invoice without VAT bears a stamp of two euros (art. 13 of the tariff, DPR 642/72).
const STAMP_FREE_CENTS: i64 = 7_747;
const STAMP_CENTS: i64 = 200;
/// The natures that the stamp is due on.
const STAMPED: [&str; 5] = ["N2.1", "N2.2", "N3.5", "N3.6", "N4"];

const TAX: &str =
    "Imposta di consumo su prodotti liquidi da inalazione (art. 62-quater D.Lgs. 504/1995)";

pub fn write(xml: &mut Xml, invoice: &InvoiceDocument) {
    let plan = payment::plan(
        invoice.payment_terms.as_deref(),
        invoice.issued_on,
        invoice.totals.total_cents,
        invoice.seller.iban.is_some(),
    );
    xml.within("DatiGenerali", |xml| {
        write_general(xml, invoice, plan.as_ref())
    });
    xml.within("DatiBeniServizi", |xml| {
        write_lines(xml, &invoice.lines);
        write_summary(xml, invoice);
    });
    if let Some(plan) = &plan {
        write_payment(xml, invoice, plan);
    }
}

fn write_general(xml: &mut Xml, invoice: &InvoiceDocument, plan: Option<&Plan>) {
    xml.within("DatiGeneraliDocumento", |xml| {
        xml.leaf("TipoDocumento", "TD01");
        xml.leaf("Divisa", "EUR");
        xml.leaf("Data", &invoice.issued_on.to_string());
        xml.leaf("Numero", &ascii(&invoice.number, 20));
        let rows = invoice.totals.vat.iter();
        let unstamped: i64 = rows
            .filter(|row| {
                row.nature
                    .as_deref()
                    .is_some_and(|nature| STAMPED.contains(&nature))
            })
            .map(|row| row.base_cents)
            .sum();
        if unstamped > STAMP_FREE_CENTS {
            xml.within("DatiBollo", |xml| {
                xml.leaf("BolloVirtuale", "SI");
                xml.leaf("ImportoBollo", &cents(STAMP_CENTS));
            });
        }
        xml.leaf("ImportoTotaleDocumento", &cents(invoice.totals.total_cents));
        let day = invoice.ordered_on.format("%d/%m/%Y");
        let reason = format!("Ordine n. {} del {day}", invoice.order_number);
        xml.leaf("Causale", &latin(&reason, 200));
        if let (Some(terms), None) = (&invoice.payment_terms, plan) {
            xml.leaf("Causale", &latin(&format!("Pagamento: {terms}"), 200));
        }
    });
    if let Some(reference) = &invoice.client_reference {
        xml.within("DatiOrdineAcquisto", |xml| {
            xml.leaf("IdDocumento", &ascii(reference, 20));
        });
    }
}

fn write_lines(xml: &mut Xml, lines: &[DocumentLine]) {
    let mut number = 0;
    for line in lines {
        number += 1;
        xml.within("DettaglioLinee", |xml| write_line(xml, line, number));
    }
    for (rate, nature, tax) in consumption_taxes(lines) {
        number += 1;
        xml.within("DettaglioLinee", |xml| {
            xml.leaf("NumeroLinea", &number.to_string());
            xml.leaf("Descrizione", TAX);
            xml.leaf("PrezzoUnitario", &cents(tax));
            xml.leaf("PrezzoTotale", &cents(tax));
            xml.leaf("AliquotaIVA", &percent(rate));
            xml.leaf_of("Natura", nature.as_deref());
        });
    }
}

fn write_line(xml: &mut Xml, line: &DocumentLine, number: usize) {
    xml.leaf("NumeroLinea", &number.to_string());
    for (kind, code) in [("ADM", &line.adm_code), ("SKU", &line.sku)] {
        if let Some(code) = code
            .as_deref()
            .map(|code| ascii(code, 35))
            .filter(|code| !code.is_empty())
        {
            xml.within("CodiceArticolo", |xml| {
                xml.leaf("CodiceTipo", kind);
                xml.leaf("CodiceValore", &code);
            });
        }
    }
    xml.leaf("Descrizione", &latin(&line.description, 1000));
    xml.leaf("Quantita", &decimal(line.quantity));
    xml.leaf_of("UnitaMisura", Some(&ascii(&line.unit, 10)));
    xml.leaf("PrezzoUnitario", &decimal(line.unit_price));
    if !line.discount_percent.is_zero() {
        xml.within("ScontoMaggiorazione", |xml| {
            xml.leaf("Tipo", "SC");
            xml.leaf("Percentuale", &decimal(line.discount_percent));
        });
    }
    xml.leaf("PrezzoTotale", &cents(line.net_cents));
    xml.leaf("AliquotaIVA", &percent(line.vat_rate));
    xml.leaf_of("Natura", line.vat_nature.as_deref());
    if line.tax_cents != 0 {
        xml.within("AltriDatiGestionali", |xml| {
            xml.leaf("TipoDato", "IMPCONSUMO");
            xml.leaf(
                "RiferimentoTesto",
                "Imposta di consumo di questa riga, in riga propria",
            );
            xml.leaf("RiferimentoNumero", &cents(line.tax_cents));
        });
    }
}

/// The tax of all lines of a rate, in the order in which rates first come.
pub fn consumption_taxes(lines: &[DocumentLine]) -> Vec<(i16, Option<String>, i64)> {
    let mut taxes: Vec<(i16, Option<String>, i64)> = Vec::new();
    for line in lines.iter().filter(|line| line.tax_cents != 0) {
        let mut of = taxes.iter_mut();
        match of.find(|(rate, nature, _)| (*rate, nature) == (line.vat_rate, &line.vat_nature)) {
            Some((_, _, tax)) => *tax += line.tax_cents,
            None => taxes.push((line.vat_rate, line.vat_nature.clone(), line.tax_cents)),
        }
    }
    taxes
}

fn write_summary(xml: &mut Xml, invoice: &InvoiceDocument) {
    for row in &invoice.totals.vat {
        xml.within("DatiRiepilogo", |xml| {
            xml.leaf("AliquotaIVA", &percent(row.rate));
            xml.leaf_of("Natura", row.nature.as_deref());
            xml.leaf("ImponibileImporto", &cents(row.base_cents));
            xml.leaf("Imposta", &cents(row.vat_cents));
            match row.nature.as_deref() {
                None => xml.leaf("EsigibilitaIVA", "I"),
                Some(code) => xml.leaf("RiferimentoNormativo", &latin(nature(code), 100)),
            }
        });
    }
}

fn write_payment(xml: &mut Xml, invoice: &InvoiceDocument, plan: &Plan) {
    xml.within("DatiPagamento", |xml| {
        xml.leaf("CondizioniPagamento", plan.condition());
        for part in &plan.parts {
            xml.within("DettaglioPagamento", |xml| {
                xml.leaf("ModalitaPagamento", plan.method);
                xml.leaf("DataScadenzaPagamento", &part.due_on.to_string());
                xml.leaf("ImportoPagamento", &cents(part.cents));
                if plan.method == payment::TRANSFER {
                    let bank = invoice.seller.bank.as_deref().map(|bank| latin(bank, 80));
                    xml.leaf_of("IstitutoFinanziario", bank.as_deref());
                    let iban = invoice.seller.iban.as_deref();
                    let iban = iban.map(|iban| iban.split_whitespace().collect::<String>());
                    xml.leaf_of("IBAN", iban.as_deref());
                }
            });
        }
    });
}

fn cents(cents: i64) -> String {
    Decimal::new(cents, 2).to_string()
}

/// At least two decimals, as the schema wants.
fn decimal(value: Decimal) -> String {
    let mut value = value.normalize();
    if value.scale() < 2 {
        value.rescale(2);
    }
    value.to_string()
}

fn percent(rate: i16) -> String {
    format!("{rate}.00")
}
