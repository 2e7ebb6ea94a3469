//! Who sends, who sells, who buys.

use rust_decimal::Decimal;

use super::InvoiceDocument;
use super::xml::{Xml, ascii, latin};
use crate::documents::model::{Party, Seller};
use crate::italy::sdi;

/// Members of the union, whose VAT numbers are sent as they are.
const UNION: [&str; 28] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR", "GR", "HR", "HU", "IE",
    "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
];
/// What stands for a VAT number from outside the union.
const OUTSIDE: (&str, &str) = ("OO", "99999999999");

/// Where SDI delivers: the client's code, else the one for its country.
pub fn recipient_code(client: &Party) -> String {
    match client.sdi_code.as_deref().map(str::trim) {
        Some(code) if !code.is_empty() => code.to_ascii_uppercase(),
        _ => sdi::default_code(&client.country).to_owned(),
    }
}

pub fn write(xml: &mut Xml, invoice: &InvoiceDocument, format: &str, code: &str) {
    let (seller, client) = (&invoice.seller, &invoice.client);
    xml.within("DatiTrasmissione", |xml| {
        xml.within("IdTrasmittente", |xml| {
            let sender = seller
                .party
                .tax_code
                .as_deref()
                .or(seller.party.vat_number.as_deref());
            xml.leaf("IdPaese", "IT");
            xml.leaf("IdCodice", sender.unwrap_or_default());
        });
        xml.leaf("ProgressivoInvio", &progressive(&invoice.number));
        xml.leaf("FormatoTrasmissione", format);
        xml.leaf("CodiceDestinatario", code);
        let pec = client.pec.as_deref().filter(|_| code == sdi::NO_CODE);
        xml.leaf_of("PECDestinatario", pec);
    });
    xml.within("CedentePrestatore", |xml| write_seller(xml, seller));
    xml.within("CessionarioCommittente", |xml| {
        xml.within("DatiAnagrafici", |xml| {
            if let Some((country, number)) = vat_id(client) {
                xml.within("IdFiscaleIVA", |xml| {
                    xml.leaf("IdPaese", &country);
                    xml.leaf("IdCodice", &number);
                });
            }
            let code = client.tax_code.as_deref().map(|code| ascii(code, 16));
            xml.leaf_of("CodiceFiscale", code.as_deref());
            write_name(xml, client);
        });
        write_seat(xml, client);
    });
}

fn write_seller(xml: &mut Xml, seller: &Seller) {
    let party = &seller.party;
    xml.within("DatiAnagrafici", |xml| {
        xml.within("IdFiscaleIVA", |xml| {
            xml.leaf("IdPaese", "IT");
            xml.leaf("IdCodice", party.vat_number.as_deref().unwrap_or_default());
        });
        xml.leaf_of("CodiceFiscale", party.tax_code.as_deref());
        write_name(xml, party);
        xml.leaf("RegimeFiscale", &seller.tax_regime);
    });
    write_seat(xml, party);
    if let (Some(office), Some(number)) = (&seller.rea_office, &seller.rea_number) {
        xml.within("IscrizioneREA", |xml| {
            xml.leaf("Ufficio", office);
            xml.leaf("NumeroREA", &ascii(number, 20));
            if let Some(cents) = seller.share_capital_cents {
                xml.leaf("CapitaleSociale", &Decimal::new(cents, 2).to_string());
            }
            if let Some(sole) = seller.sole_shareholder {
                xml.leaf("SocioUnico", if sole { "SU" } else { "SM" });
            }
            xml.leaf(
                "StatoLiquidazione",
                if seller.in_liquidation { "LS" } else { "LN" },
            );
        });
    }
    let phone = party
        .phone
        .as_deref()
        .map(phone)
        .filter(|phone| (5..=12).contains(&phone.len()));
    let email = party.email.as_deref();
    if phone.is_some() || email.is_some() {
        xml.within("Contatti", |xml| {
            xml.leaf_of("Telefono", phone.as_deref());
            xml.leaf_of("Email", email);
        });
    }
}

/// A person by name and surname where they are known, everybody else by denomination.
fn write_name(xml: &mut Xml, party: &Party) {
    xml.within("Anagrafica", |xml| {
        match (&party.first_name, &party.last_name) {
            (Some(first), Some(last)) => {
                xml.leaf("Nome", &latin(first, 60));
                xml.leaf("Cognome", &latin(last, 60));
            }
            _ => xml.leaf("Denominazione", &latin(&party.name, 80)),
        }
    });
}

fn write_seat(xml: &mut Xml, party: &Party) {
    let text = |value: &Option<String>, most| latin(value.as_deref().unwrap_or_default(), most);
    let in_italy = party.country == "IT";
    xml.within("Sede", |xml| {
        xml.leaf("Indirizzo", &text(&party.street, 60));
        let number = party
            .street_number
            .as_deref()
            .map(|number| ascii(number, 8));
        xml.leaf_of("NumeroCivico", number.as_deref());
        let cap = if in_italy {
            text(&party.cap, 5)
        } else {
            "00000".to_owned()
        };
        xml.leaf("CAP", &cap);
        xml.leaf("Comune", &text(&party.city, 60));
        if in_italy {
            xml.leaf_of("Provincia", party.province.as_deref());
        }
        xml.leaf("Nazione", &party.country);
    });
}

/// Country and number as the schema wants them; `None` of an Italian without P.IVA, whose codice fiscale says who it is.
fn vat_id(client: &Party) -> Option<(String, String)> {
    let country = client.vat_country.to_ascii_uppercase();
    let inside = UNION.contains(&country.as_str()) || country == "SM";
    match client.vat_number.as_deref().map(str::trim) {
        Some(number) if inside && !number.is_empty() => {
            let number = number.to_ascii_uppercase();
            let bare = number.strip_prefix(&country).unwrap_or(&number);
            Some((country, ascii(bare, 28)))
        }
        _ if inside => None,
        _ => Some((OUTSIDE.0.to_owned(), OUTSIDE.1.to_owned())),
    }
}

/// Up to ten letters and digits, from the number's end.
fn progressive(number: &str) -> String {
    let plain: Vec<char> = number.chars().filter(char::is_ascii_alphanumeric).collect();
    let from = plain.len().saturating_sub(10);
    if plain.is_empty() {
        "1".to_owned()
    } else {
        plain[from..].iter().collect()
    }
}

/// Without Italy's prefix: twelve characters are all there are.
fn phone(number: &str) -> String {
    let plain: String = number
        .chars()
        .filter(|c| c.is_ascii_digit() || *c == '+')
        .collect();
    plain.strip_prefix("+39").unwrap_or(&plain).to_owned()
}
