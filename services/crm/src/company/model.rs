use chrono::{DateTime, Utc};
use diesel::prelude::*;
use nexus_problem::{FieldErrors, optional_text, required_text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::documents::{Party, Seller};
use crate::italy::text::is_email;
use crate::italy::{address, phone, sdi, tax_code, vat_number};
use crate::schema::company;

/// The one record's id, in events.
pub const SUBJECT: Uuid = Uuid::from_u128(1);

/// The tax regimes of an electronic invoice that a company can be in.
const TAX_REGIMES: [&str; 19] = [
    "RF01", "RF02", "RF04", "RF05", "RF06", "RF07", "RF08", "RF09", "RF10", "RF11", "RF12", "RF13",
    "RF14", "RF15", "RF16", "RF17", "RF18", "RF19", "RF20",
];

/// What may be written of the company; the seat is in Italy.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    ToSchema,
    Queryable,
    Selectable,
    AsChangeset,
)]
#[diesel(table_name = company, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
#[serde(deny_unknown_fields, default)]
pub struct CompanyFields {
    #[schema(example = "Fumo Lento S.r.l.")]
    pub name: String,
    /// P.IVA.
    #[schema(example = "12345670017")]
    pub vat_number: Option<String>,
    pub tax_code: Option<String>,
    /// `RF01` is the ordinary one.
    #[schema(example = "RF01")]
    pub tax_regime: String,
    pub street: Option<String>,
    pub street_number: Option<String>,
    pub cap: Option<String>,
    pub city: Option<String>,
    pub province: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub pec: Option<String>,
    pub website: Option<String>,
    /// Sigla of the companies register's office.
    pub rea_office: Option<String>,
    pub rea_number: Option<String>,
    pub share_capital_cents: Option<i64>,
    /// Whether one person holds every share; not said of a sole trader or a partnership.
    pub sole_shareholder: Option<bool>,
    pub in_liquidation: bool,
    /// Code of the fiscal warehouse for liquids.
    pub warehouse_code: Option<String>,
    pub bank: Option<String>,
    pub iban: Option<String>,
}

impl Default for CompanyFields {
    fn default() -> Self {
        Self {
            name: String::new(),
            vat_number: None,
            tax_code: None,
            tax_regime: "RF01".to_owned(),
            street: None,
            street_number: None,
            cap: None,
            city: None,
            province: None,
            phone: None,
            email: None,
            pec: None,
            website: None,
            rea_office: None,
            rea_number: None,
            share_capital_cents: None,
            sole_shareholder: None,
            in_liquidation: false,
            warehouse_code: None,
            bank: None,
            iban: None,
        }
    }
}

/// The company's own record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = company, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
pub struct Company {
    /// Grows with every change; the ETag.
    pub version: i64,
    #[serde(flatten)]
    #[diesel(embed)]
    pub fields: CompanyFields,
    pub updated_at: DateTime<Utc>,
}

/// Brings one field to its stored form, or says what is wrong with it.
macro_rules! tidy {
    ($errors:ident, $field:expr, $pointer:literal, $read:expr) => {
        if let Some(text) = $field.take() {
            match $read(&text) {
                Ok(value) => $field = Some(value.into()),
                Err(error) => {
                    $errors.add($pointer, error.code(), error.detail());
                    $field = Some(text);
                }
            }
        }
    };
}

impl CompanyFields {
    /// Brings every field to its stored form and checks it.
    ///
    /// # Errors
    /// Everything that is wrong, field by field.
    pub fn review(mut self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        self.name = required_text(&mut errors, "/name", &self.name, 200);
        for (field, pointer, most) in [
            (&mut self.vat_number, "/vat_number", 40),
            (&mut self.tax_code, "/tax_code", 40),
            (&mut self.street, "/street", 200),
            (&mut self.street_number, "/street_number", 20),
            (&mut self.cap, "/cap", 12),
            (&mut self.city, "/city", 100),
            (&mut self.province, "/province", 60),
            (&mut self.phone, "/phone", 40),
            (&mut self.email, "/email", 254),
            (&mut self.pec, "/pec", sdi::PEC_MAX),
            (&mut self.website, "/website", 300),
            (&mut self.rea_office, "/rea_office", 60),
            (&mut self.rea_number, "/rea_number", 20),
            (&mut self.warehouse_code, "/warehouse_code", 30),
            (&mut self.bank, "/bank", 80),
            (&mut self.iban, "/iban", 50),
        ] {
            *field = optional_text(&mut errors, pointer, field.as_deref(), most);
        }
        tidy!(errors, self.vat_number, "/vat_number", |text: &str| {
            vat_number::read("IT", text).map(|(number, _)| number)
        });
        tidy!(errors, self.tax_code, "/tax_code", |text: &str| {
            tax_code::TaxCode::parse(text).map(|code| code.as_str().to_owned())
        });
        tidy!(errors, self.cap, "/cap", address::read_cap);
        tidy!(errors, self.province, "/province", address::read_province);
        tidy!(
            errors,
            self.rea_office,
            "/rea_office",
            address::read_province
        );
        tidy!(errors, self.phone, "/phone", phone::to_e164);
        tidy!(errors, self.pec, "/pec", sdi::read_pec);
        self.check_rest(&mut errors);
        errors.or(self)
    }

    fn check_rest(&mut self, errors: &mut FieldErrors) {
        if self.email.as_deref().is_some_and(|email| !is_email(email)) {
            errors.add(
                "/email",
                "email.syntax",
                "An e-mail address looks like name@example.it.",
            );
        }
        if !TAX_REGIMES.contains(&self.tax_regime.as_str()) {
            let detail = "Give a tax regime of the electronic invoice: RF01 … RF20.";
            errors.add("/tax_regime", "tax_regime.unknown", detail);
        }
        if self.share_capital_cents.is_some_and(i64::is_negative) {
            errors.add(
                "/share_capital_cents",
                "number.negative",
                "Must not be negative.",
            );
        }
        if self.rea_office.is_some() != self.rea_number.is_some() {
            let missing = if self.rea_office.is_some() {
                "/rea_number"
            } else {
                "/rea_office"
            };
            errors.add(
                missing,
                "rea.incomplete",
                "Office and number of the REA go together.",
            );
        }
        if let Some(text) = &self.iban {
            let iban = text.replace([' ', '-'], "").to_ascii_uppercase();
            if is_iban(&iban) {
                self.iban = Some(iban);
            } else {
                let detail = "The IBAN's check digits do not match: look for a typing error.";
                errors.add("/iban", "iban.check_digits", detail);
            }
        }
    }
}

/// ISO 13616: country and check digits to the end, letters as numbers, remainder 1 of 97.
fn is_iban(iban: &str) -> bool {
    let fits =
        (15..=34).contains(&iban.len()) && iban.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let national = !iban.starts_with("IT") || iban.len() == 27;
    let begins = iban.bytes().take(2).all(|byte| byte.is_ascii_uppercase())
        && iban
            .bytes()
            .skip(2)
            .take(2)
            .all(|byte| byte.is_ascii_digit());
    if !(fits && national && begins) {
        return false;
    }
    let turned = iban.chars().skip(4).chain(iban.chars().take(4));
    let rest = turned.fold(0_u32, |rest, c| {
        let value = c.to_digit(36).unwrap_or_default();
        (rest * if value > 9 { 100 } else { 10 } + value) % 97
    });
    rest == 1
}

impl Company {
    /// The seller on a document.
    #[must_use]
    pub fn seller(&self) -> Seller {
        let fields = self.fields.clone();
        Seller {
            party: Party {
                name: fields.name,
                first_name: None,
                last_name: None,
                vat_country: "IT".to_owned(),
                vat_number: fields.vat_number,
                tax_code: fields.tax_code,
                sdi_code: None,
                pec: fields.pec,
                email: fields.email,
                phone: fields.phone,
                street: fields.street,
                street_number: fields.street_number,
                cap: fields.cap,
                city: fields.city,
                province: fields.province,
                country: "IT".to_owned(),
            },
            tax_regime: fields.tax_regime,
            rea_office: fields.rea_office,
            rea_number: fields.rea_number,
            share_capital_cents: fields.share_capital_cents,
            sole_shareholder: fields.sole_shareholder,
            in_liquidation: fields.in_liquidation,
            warehouse_code: fields.warehouse_code,
            website: fields.website,
            iban: fields.iban,
            bank: fields.bank,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_iban_is_checked_by_its_digits() {
        for (iban, fine) in [
            ("IT60X0542811101000000123456", true),
            ("IT60X0542811101000000123457", false),
            ("DE89370400440532013000", true),
            ("IT60X05428111010000001234", false),
            ("6000X0542811101000000123456", false),
            ("", false),
        ] {
            assert_eq!(is_iban(iban), fine, "{iban}");
        }
    }
}
