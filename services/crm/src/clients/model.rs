use chrono::{DateTime, Utc};
use diesel::prelude::*;
use nexus_kernel::{ClientId, UserId};
use nexus_problem::{FieldErrors, optional_text, required_text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::campaigns::model::{CampaignId, SourceId};
use crate::italy::text::{fold, is_email, key};
use crate::italy::{Finding, address, countries, phone, sdi, tax_code, vat_number};
use crate::price_lists::PriceListId;
use crate::schema::clients;
use nexus_records::text_enum;

text_enum! {
    /// A company, or a person trading alone.
    ClientKind { Company = "company", Person = "person" }
}

text_enum! {
    /// Where a client stands with us; the first approved order makes it active.
    Lifecycle { Prospect = "prospect", Active = "active", Dormant = "dormant", Lost = "lost" }
}

text_enum! {
    /// How much a client matters, from A down.
    Class { A = "A", B = "B", C = "C" }
}

/// What may be written of a client. A patch names some of these; `null` clears.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Serialize,
    Deserialize,
    ToSchema,
    Queryable,
    Selectable,
    Insertable,
    AsChangeset,
)]
#[diesel(table_name = clients, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
#[serde(deny_unknown_fields, default)]
pub struct ClientFields {
    /// Denomination, or name and surname of a sole trader.
    #[schema(example = "Tabaccheria Rossi di Mario Rossi")]
    pub name: String,
    pub kind: ClientKind,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    /// ISO 3166 alpha-2 of the VAT number.
    pub vat_country: String,
    /// P.IVA: 11 digits with a check digit; abroad as it is written there.
    #[schema(example = "12345670017")]
    pub vat_number: Option<String>,
    /// Codice fiscale: 16 characters of a person, 11 digits of an entity.
    pub tax_code: Option<String>,
    /// Codice destinatario: 7 characters, 6 of a public office.
    pub sdi_code: Option<String>,
    /// Certified mailbox for invoices.
    pub pec: Option<String>,
    pub email: Option<String>,
    /// Kept as E.164: `+390111234567`.
    pub phone: Option<String>,
    pub website: Option<String>,
    pub street: Option<String>,
    pub street_number: Option<String>,
    /// Five digits in Italy.
    pub cap: Option<String>,
    /// Comune.
    pub city: Option<String>,
    /// Sigla in Italy: `TO`.
    pub province: Option<String>,
    /// ISO 3166 alpha-2.
    pub country: String,
    pub lifecycle: Lifecycle,
    pub class: Option<Class>,
    pub sector: Option<String>,
    pub employees: Option<i32>,
    pub annual_revenue_cents: Option<i64>,
    pub founded_year: Option<i32>,
    /// The client that this one belongs to.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub parent_id: Option<ClientId>,
    /// The user who looks after it.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub owner_id: Option<UserId>,
    pub notes: Option<String>,
    /// Its name in another system; unique.
    pub external_ref: Option<String>,
    /// Where it came from: a source of `/lead-sources` …
    #[schema(value_type = Option<uuid::Uuid>)]
    pub source_id: Option<SourceId>,
    /// … and the campaign that brought it.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub campaign_id: Option<CampaignId>,
    /// What it pays; its parent company's when not given. Only whoever manages products or approves orders gives it.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub price_list_id: Option<PriceListId>,
    /// The fido: what may be open at once before an order needs approval; no limit when not given. Whoever approves
    /// orders sets it.
    pub credit_limit_cents: Option<i64>,
    /// What new proposals and orders start with: `Bonifico 30 gg FM`.
    pub payment_terms: Option<String>,
}

impl Default for ClientFields {
    fn default() -> Self {
        Self {
            name: String::new(),
            kind: ClientKind::Company,
            first_name: None,
            last_name: None,
            vat_country: "IT".to_owned(),
            vat_number: None,
            tax_code: None,
            sdi_code: None,
            pec: None,
            email: None,
            phone: None,
            website: None,
            street: None,
            street_number: None,
            cap: None,
            city: None,
            province: None,
            country: "IT".to_owned(),
            lifecycle: Lifecycle::Prospect,
            class: None,
            sector: None,
            employees: None,
            annual_revenue_cents: None,
            founded_year: None,
            parent_id: None,
            owner_id: None,
            notes: None,
            external_ref: None,
            source_id: None,
            campaign_id: None,
            price_list_id: None,
            credit_limit_cents: None,
            payment_terms: None,
        }
    }
}

/// A client's row.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Serialize,
    ToSchema,
    Queryable,
    Selectable,
    Insertable,
    AsChangeset,
    Identifiable,
)]
#[diesel(table_name = clients, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
pub struct Client {
    #[schema(value_type = uuid::Uuid)]
    pub id: ClientId,
    /// Grows with every change; the ETag.
    pub version: i64,
    #[serde(flatten)]
    #[diesel(embed)]
    pub fields: ClientFields,
    #[serde(skip)]
    pub search_text: String,
    #[serde(skip)]
    pub name_key: String,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub archived_at: Option<DateTime<Utc>>,
}

/// What is wrong with a client's fields, and what is only odd.
#[derive(Debug, Default)]
pub struct Review {
    /// Nothing is saved while there is one.
    pub errors: FieldErrors,
    /// Worth a second look; saved all the same.
    pub warnings: FieldErrors,
}

impl Review {
    fn warn(&mut self, finding: Finding) {
        let pointer = format!("/{}", finding.field);
        self.warnings.add(pointer, finding.code, finding.detail);
    }
}

/// Brings one field to its stored form, or says what is wrong with it.
macro_rules! tidy {
    ($review:ident, $field:expr, $name:literal, $read:expr) => {
        if let Some(text) = $field.take() {
            match $read(&text) {
                Ok(value) => $field = Some(value.into()),
                Err(error) => {
                    $review
                        .errors
                        .add(concat!("/", $name), error.code(), error.detail());
                    $field = Some(text);
                }
            }
        }
    };
}

impl ClientFields {
    /// Brings every field to its stored form and checks it: the Italian rules, and that texts are texts.
    #[must_use]
    pub fn review(mut self) -> (Self, Review) {
        let mut review = Review::default();
        self.tidy_texts(&mut review.errors);
        self.tidy_identity(&mut review);
        self.tidy_place(&mut review);
        self.tidy_figures(&mut review.errors);
        for finding in address::warnings(&self.address()) {
            review.warn(finding);
        }
        (self, review)
    }

    fn tidy_texts(&mut self, errors: &mut FieldErrors) {
        self.name = required_text(errors, "/name", &self.name, 200);
        for (field, pointer, most) in [
            (&mut self.first_name, "/first_name", 100),
            (&mut self.last_name, "/last_name", 100),
            (&mut self.vat_number, "/vat_number", 40),
            (&mut self.tax_code, "/tax_code", 40),
            (&mut self.sdi_code, "/sdi_code", 20),
            (&mut self.pec, "/pec", sdi::PEC_MAX),
            (&mut self.email, "/email", 254),
            (&mut self.phone, "/phone", 40),
            (&mut self.website, "/website", 300),
            (&mut self.street, "/street", 200),
            (&mut self.street_number, "/street_number", 20),
            (&mut self.cap, "/cap", 12),
            (&mut self.city, "/city", 100),
            (&mut self.province, "/province", 60),
            (&mut self.sector, "/sector", 100),
            (&mut self.notes, "/notes", 10_000),
            (&mut self.external_ref, "/external_ref", 100),
            (&mut self.payment_terms, "/payment_terms", 200),
        ] {
            *field = optional_text(errors, pointer, field.as_deref(), most);
        }
    }

    fn tidy_identity(&mut self, review: &mut Review) {
        for (field, pointer) in [
            (&mut self.vat_country, "/vat_country"),
            (&mut self.country, "/country"),
        ] {
            match countries::with_code(&field.trim().to_uppercase()) {
                Some(country) => *field = country.code.to_owned(),
                None => review.errors.add(
                    pointer,
                    "country.unknown",
                    "Give the country's two-letter code, e.g. IT.",
                ),
            }
        }
        if let Some(text) = self.vat_number.take() {
            match vat_number::read(&self.vat_country, &text) {
                Ok((number, odd)) => {
                    self.vat_number = Some(number);
                    if let Some(odd) = odd {
                        review.warnings.add("/vat_number", odd.code(), odd.detail());
                    }
                }
                Err(error) => {
                    review
                        .errors
                        .add("/vat_number", error.code(), error.detail());
                    self.vat_number = Some(text);
                }
            }
        }
        if let Some(text) = self.tax_code.take() {
            match tax_code::TaxCode::parse(&text) {
                Ok(code) => {
                    if let Some(odd) = code.warning() {
                        review.warnings.add("/tax_code", odd.code(), odd.detail());
                    }
                    self.tax_code = Some(code.as_str().to_owned());
                }
                Err(error) => {
                    review.errors.add("/tax_code", error.code(), error.detail());
                    self.tax_code = Some(text);
                }
            }
        }
        let country = self.country.clone();
        tidy!(review, self.sdi_code, "sdi_code", |text: &str| {
            sdi::read_code(&country, text)
        });
        tidy!(review, self.pec, "pec", sdi::read_pec);
        if let Some(odd) = self
            .sdi_code
            .as_deref()
            .and_then(|code| sdi::code_warning(&country, code))
        {
            review.warnings.add("/sdi_code", odd.code(), odd.detail());
        }
        if let Some(email) = &mut self.email {
            *email = email.to_lowercase();
            if !is_email(email) {
                review.errors.add(
                    "/email",
                    "email.format",
                    "Write one e-mail address: name@domain.it.",
                );
            }
        }
        tidy!(review, self.phone, "phone", phone::to_e164);
    }

    fn tidy_place(&mut self, review: &mut Review) {
        if self.country == "IT" {
            tidy!(review, self.cap, "cap", address::read_cap);
            tidy!(review, self.province, "province", address::read_province);
        }
    }

    fn tidy_figures(&self, errors: &mut FieldErrors) {
        if self.employees.is_some_and(i32::is_negative) {
            errors.add("/employees", "number.negative", "Must not be negative.");
        }
        for (cents, pointer) in [
            (self.annual_revenue_cents, "/annual_revenue_cents"),
            (self.credit_limit_cents, "/credit_limit_cents"),
        ] {
            if cents.is_some_and(i64::is_negative) {
                errors.add(pointer, "number.negative", "Must not be negative.");
            }
        }
        if self
            .founded_year
            .is_some_and(|year| !(1000..=2200).contains(&year))
        {
            errors.add(
                "/founded_year",
                "year.range",
                "Write a year with four digits.",
            );
        }
    }

    fn address(&self) -> address::Address<'_> {
        address::Address {
            street: self.street.as_deref(),
            street_number: self.street_number.as_deref(),
            cap: self.cap.as_deref(),
            city: self.city.as_deref(),
            province: self.province.as_deref(),
            country: Some(&self.country),
        }
    }

    /// What is still missing before this client can be invoiced.
    #[must_use]
    pub fn invoicing(&self) -> Invoicing {
        let completeness = sdi::invoicing(&sdi::Identity {
            name: Some(&self.name),
            first_name: self.first_name.as_deref(),
            last_name: self.last_name.as_deref(),
            vat_country: Some(&self.vat_country),
            vat_number: self.vat_number.as_deref(),
            tax_code: self.tax_code.as_deref(),
            sdi_code: self.sdi_code.as_deref(),
            pec: self.pec.as_deref(),
            street: self.street.as_deref(),
            cap: self.cap.as_deref(),
            city: self.city.as_deref(),
            province: self.province.as_deref(),
            country: Some(&self.country),
        });
        Invoicing {
            complete: completeness.is_complete(),
            score: completeness.score,
            missing: completeness
                .missing
                .into_iter()
                .map(str::to_owned)
                .collect(),
        }
    }

    /// What a search looks into: folded, so that accents and apostrophes do not matter.
    #[must_use]
    pub fn search_text(&self) -> String {
        let phone = self.phone.as_deref().map(|phone| phone.replace('+', ""));
        let parts = [
            Some(self.name.as_str()),
            self.first_name.as_deref(),
            self.last_name.as_deref(),
            self.vat_number.as_deref(),
            self.tax_code.as_deref(),
            self.city.as_deref(),
            self.email.as_deref(),
            phone.as_deref(),
            self.external_ref.as_deref(),
        ];
        fold(&parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
    }
}

/// How near a client is to being invoiced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Invoicing {
    /// Nothing is missing.
    pub complete: bool,
    /// 0 to 100.
    pub score: u8,
    /// The fields to fill.
    pub missing: Vec<String>,
}

impl Client {
    /// A new client of these (reviewed) fields.
    #[must_use]
    pub fn new(id: ClientId, fields: ClientFields, now: DateTime<Utc>) -> Self {
        Self {
            id,
            version: 1,
            search_text: fields.search_text(),
            name_key: key(&fields.name),
            fields,
            created_at: now,
            updated_at: now,
            archived_at: None,
        }
    }

    /// The client with other (reviewed) fields.
    #[must_use]
    pub fn with(self, fields: ClientFields, now: DateTime<Utc>) -> Self {
        Self {
            version: self.version + 1,
            search_text: fields.search_text(),
            name_key: key(&fields.name),
            fields,
            updated_at: now,
            ..self
        }
    }

    /// The client put away, or taken out again.
    #[must_use]
    pub fn archived(self, archived_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Self {
        Self {
            version: self.version + 1,
            archived_at,
            updated_at: now,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reviewed(change: impl FnOnce(&mut ClientFields)) -> (ClientFields, Review) {
        let mut fields = ClientFields {
            name: " Tabaccheria D'Angelò ".to_owned(),
            ..ClientFields::default()
        };
        change(&mut fields);
        fields.review()
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn fields_are_brought_to_their_stored_form() {
        let (fields, review) = reviewed(|fields| {
            fields.vat_number = some("IT 12345670017");
            fields.tax_code = some("rssmra85t10a562s");
            fields.email = some("Info@Rossi.IT");
            fields.phone = some("011 123456");
            fields.province = some("Torino");
            fields.street = some("  ");
        });
        assert_eq!(review.errors, FieldErrors::default());
        assert_eq!(fields.name, "Tabaccheria D'Angelò");
        assert_eq!(fields.vat_number.as_deref(), Some("12345670017"));
        assert_eq!(fields.tax_code.as_deref(), Some("RSSMRA85T10A562S"));
        assert_eq!(fields.email.as_deref(), Some("info@rossi.it"));
        assert_eq!(fields.phone.as_deref(), Some("+39011123456"));
        assert_eq!(fields.province.as_deref(), Some("TO"));
        assert_eq!(fields.street, None);
    }

    #[test]
    fn every_wrong_field_is_told_at_once() {
        let (_, review) = reviewed(|fields| {
            fields.name = String::new();
            fields.vat_number = some("00743110158");
            fields.tax_code = some("RSSMRA85T10A562X");
            fields.sdi_code = some("XXXXXXX");
            fields.cap = some("1012");
            fields.province = some("XX");
            fields.email = some("rossi");
            fields.employees = Some(-1);
        });
        let told: Vec<_> = review
            .errors
            .0
            .iter()
            .map(|error| error.pointer.as_str())
            .collect();
        assert_eq!(
            told,
            [
                "/name",
                "/vat_number",
                "/tax_code",
                "/sdi_code",
                "/email",
                "/cap",
                "/province",
                "/employees"
            ]
        );
    }

    #[test]
    fn a_cap_of_another_comune_is_a_warning_and_not_an_error() {
        let (_, review) = reviewed(|fields| {
            (fields.city, fields.province, fields.cap) =
                (some("Torino"), some("TO"), some("20121"));
        });
        assert_eq!(review.errors.0.len(), 0);
        assert_eq!(review.warnings.0[0].code, "cap.not_of_comune");
    }

    #[test]
    fn a_search_finds_accents_apostrophes_and_phone_fragments() {
        let (fields, _) = reviewed(|fields| fields.phone = some("011 123456"));
        let text = fields.search_text();
        assert!(
            text.contains("dangelo") && text.contains("1123456"),
            "{text}"
        );
    }
}
