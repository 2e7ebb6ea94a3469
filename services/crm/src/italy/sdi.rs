//! What the revenue agency's exchange system (SDI) needs to deliver an electronic invoice to a client: the recipient
//! code or a PEC mailbox, and the least an identity must hold before its orders can be invoiced (`FatturaPA` 1.2).

use super::{Finding, address, named, tax_code::TaxCode, text, vat_number};

/// Recipient code of an Italian private party that named none: the invoice goes to its PEC, else to its tax drawer.
pub const NO_CODE: &str = "0000000";
/// Recipient code of a party outside Italy.
pub const FOREIGN: &str = "XXXXXXX";
/// Recipient code of San Marino's tax office, for every party there.
pub const SAN_MARINO: &str = "2R4GTO8";
/// Longest PEC address, in characters.
pub const PEC_MAX: usize = 256;

/// The domain of SDI's own mailboxes.
const SDI_DOMAIN: &str = "pec.fatturapa.it";

named! {
    /// Why a text is no recipient code (`CodiceDestinatario`).
    SdiCodeError {
        Length = "sdi_code.length", "A recipient code has 7 characters, or 6 for a public office.";
        Characters = "sdi_code.characters", "A recipient code is made of letters A-Z and digits.";
        Foreign = "sdi_code.foreign", "XXXXXXX is for parties outside Italy; write 0000000 if the client has no code.";
    }
}

named! {
    /// What is odd about a recipient code that is accepted all the same.
    SdiCodeWarning {
        Domestic = "sdi_code.domestic", "0000000 is for parties in Italy; abroad the code is XXXXXXX.";
        SanMarino = "sdi_code.san_marino", "Parties in San Marino are reached with the code 2R4GTO8.";
    }
}

named! {
    /// Why a text is no PEC mailbox to deliver to.
    PecError {
        Length = "pec.length", "A PEC address has at most 256 characters.";
        Syntax = "pec.syntax", "A PEC address looks like name@pec.example.it.";
        SdiMailbox = "pec.sdi_mailbox", "This mailbox belongs to SDI itself: write the client's own PEC.";
    }
}

/// The recipient code in upper case, for a party in `country` (ISO 3166 alpha-2).
pub fn read_code(country: &str, code: &str) -> Result<String, SdiCodeError> {
    let code = code.trim().to_ascii_uppercase();
    if !code.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err(SdiCodeError::Characters);
    }
    if !matches!(code.len(), 6 | 7) {
        return Err(SdiCodeError::Length);
    }
    if code == FOREIGN && is_italy(country) {
        return Err(SdiCodeError::Foreign);
    }
    Ok(code)
}

/// What is odd about a well-made `code` for a party in `country`.
#[must_use]
pub fn code_warning(country: &str, code: &str) -> Option<SdiCodeWarning> {
    match (country.to_ascii_uppercase().as_str(), code) {
        ("SM", code) if code != SAN_MARINO => Some(SdiCodeWarning::SanMarino),
        ("IT" | "SM", _) => None,
        (_, NO_CODE) => Some(SdiCodeWarning::Domestic),
        _ => None,
    }
}

/// The code for a party in `country` that has none of its own.
#[must_use]
pub fn default_code(country: &str) -> &'static str {
    match country.to_ascii_uppercase().as_str() {
        "IT" => NO_CODE,
        "SM" => SAN_MARINO,
        _ => FOREIGN,
    }
}

/// Whether the code names an office of the public administration: six characters, format FPA12.
#[must_use]
pub fn is_public_office(code: &str) -> bool {
    code.len() == 6
}

/// The PEC address, in lower case. Its syntax is that of any e-mail address: a legal mailbox cannot be told by sight.
pub fn read_pec(address: &str) -> Result<String, PecError> {
    let address = address.trim().to_lowercase();
    if address.chars().count() > PEC_MAX {
        return Err(PecError::Length);
    }
    if !text::is_email(&address) {
        return Err(PecError::Syntax);
    }
    let domain = address.rsplit('@').next().unwrap_or_default();
    if domain == SDI_DOMAIN || domain.ends_with(&format!(".{SDI_DOMAIN}")) {
        return Err(PecError::SdiMailbox);
    }
    Ok(address)
}

/// What a client's record says of who it is and where an invoice goes. `None` and blank texts are the same.
#[derive(Debug, Clone, Copy, Default)]
pub struct Identity<'a> {
    /// Denomination of a company.
    pub name: Option<&'a str>,
    pub first_name: Option<&'a str>,
    pub last_name: Option<&'a str>,
    /// Country of the VAT number, ISO 3166 alpha-2; that of the address if absent.
    pub vat_country: Option<&'a str>,
    pub vat_number: Option<&'a str>,
    pub tax_code: Option<&'a str>,
    pub sdi_code: Option<&'a str>,
    pub pec: Option<&'a str>,
    pub street: Option<&'a str>,
    pub cap: Option<&'a str>,
    pub city: Option<&'a str>,
    pub province: Option<&'a str>,
    pub country: Option<&'a str>,
}

/// How near a record is to being invoiced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completeness {
    /// Share of what is needed that is there and well made, 0–100; 100 only if nothing is missing.
    pub score: u8,
    /// The fields to fill or mend.
    pub missing: Vec<&'static str>,
}

impl Completeness {
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty()
    }
}

/// What an invoice still needs: a denomination or name and surname; P.IVA or codice fiscale; street, CAP, comune,
/// provincia, country; recipient code or PEC. CAP and provincia are asked of Italian addresses only, and a party
/// abroad needs neither code nor PEC. A value that SDI would reject counts as missing.
#[must_use]
pub fn invoicing(identity: &Identity<'_>) -> Completeness {
    let refused = rejections(identity);
    let is_good = |field: &str| refused.iter().all(|finding| finding.field != field);
    let has = |field: &str, value: Option<&str>| given(value).is_some() && is_good(field);

    let named = given(identity.name).is_some()
        || (given(identity.first_name).is_some() && given(identity.last_name).is_some());
    let identified = (given(identity.vat_number).is_some() || given(identity.tax_code).is_some())
        && is_good("vat_number")
        && is_good("tax_code");
    let country = given(identity.country);
    let mut needs = vec![
        ("name", named),
        (
            if is_good("tax_code") {
                "vat_number"
            } else {
                "tax_code"
            },
            identified,
        ),
        ("street", has("street", identity.street)),
        ("city", has("city", identity.city)),
        ("country", country.is_some()),
    ];
    if country.is_none_or(is_italy) {
        let reachable = (given(identity.sdi_code).is_some() || given(identity.pec).is_some())
            && is_good("sdi_code")
            && is_good("pec");
        needs.extend([
            ("cap", has("cap", identity.cap)),
            ("province", has("province", identity.province)),
            (if is_good("pec") { "sdi_code" } else { "pec" }, reachable),
        ]);
    }
    let there = needs.iter().filter(|(_, good)| *good).count();
    Completeness {
        score: u8::try_from(there * 100 / needs.len()).unwrap_or(0),
        missing: needs
            .into_iter()
            .filter(|(_, good)| !good)
            .map(|(field, _)| field)
            .collect(),
    }
}

/// The values that are there and that SDI would reject an invoice for; [`sdi_error`] names its error.
#[must_use]
pub fn rejections(identity: &Identity<'_>) -> Vec<Finding> {
    let country = given(identity.country).unwrap_or("IT");
    let vat_country = given(identity.vat_country).unwrap_or(country);
    let mut found = Vec::new();
    let mut note = |field, code, detail: &str| {
        found.push(Finding {
            field,
            code,
            detail: detail.to_owned(),
        })
    };

    if let Some(Err(error)) =
        given(identity.vat_number).map(|number| vat_number::read(vat_country, number))
    {
        note("vat_number", error.code(), error.detail());
    }
    if let Some(Err(error)) = given(identity.tax_code).map(TaxCode::parse) {
        note("tax_code", error.code(), error.detail());
    }
    if let Some(Err(error)) = given(identity.sdi_code).map(|code| read_code(country, code)) {
        note("sdi_code", error.code(), error.detail());
    }
    if let Some(Err(error)) = given(identity.pec).map(read_pec) {
        note("pec", error.code(), error.detail());
    }
    if is_italy(country) {
        if let Some(Err(error)) = given(identity.cap).map(address::read_cap) {
            note("cap", error.code(), error.detail());
        }
        if let Some(Err(error)) = given(identity.province).map(address::read_province) {
            note("province", error.code(), error.detail());
        }
    }
    found
}

/// The error with which SDI would probably refuse an invoice that carries this flaw, given the flaw's `code`:
/// 00305 P.IVA, 00306 codice fiscale, 00311 unknown recipient, 00313 `XXXXXXX` in Italy, 00330 SDI's own mailbox,
/// 00200 a file not to the format.
#[must_use]
pub fn sdi_error(code: &str) -> Option<&'static str> {
    match code {
        "sdi_code.foreign" => Some("00313"),
        "sdi_code.length" | "sdi_code.characters" => Some("00311"),
        "pec.sdi_mailbox" => Some("00330"),
        "vat_number.foreign" | "pec.length" | "pec.syntax" | "cap.format" | "province.unknown" => {
            Some("00200")
        }
        _ if code.starts_with("vat_number.") && code != "vat_number.office" => Some("00305"),
        _ if code.starts_with("tax_code.") && code != "tax_code.office" => Some("00306"),
        _ => None,
    }
}

fn given(value: Option<&str>) -> Option<&str> {
    value.map(str::trim).filter(|value| !value.is_empty())
}

fn is_italy(country: &str) -> bool {
    country.eq_ignore_ascii_case("IT")
}

#[cfg(test)]
mod tests;
