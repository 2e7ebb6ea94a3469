//! What a row says of a client.

use nexus_kernel::UserId;

use super::Job;
use super::people::People;
use crate::clients::model::{Class, ClientFields, Lifecycle};
use crate::imports::sheet::Cells;
use crate::italy::countries;
use crate::italy::text::fold;

/// What a row says of a client; a blank cell says nothing and changes nothing.
pub struct Reading<'a> {
    pub cells: Cells<'a>,
    texts: Vec<(&'static str, &'a str)>,
    country: Option<&'static str>,
    lifecycle: Option<Lifecycle>,
    class: Option<Class>,
    employees: Option<i32>,
    founded_year: Option<i32>,
    annual_revenue_cents: Option<i64>,
    pub owner: Option<Option<UserId>>,
}

const TEXTS: [&str; 16] = [
    "name",
    "vat_number",
    "tax_code",
    "sdi_code",
    "pec",
    "email",
    "phone",
    "website",
    "street",
    "street_number",
    "cap",
    "city",
    "province",
    "sector",
    "notes",
    "external_ref",
];

impl<'a> Reading<'a> {
    /// Reads a row.
    pub fn of(job: &Job, people: &People, mut cells: Cells<'a>) -> Self {
        let texts = TEXTS.into_iter();
        let texts = texts.filter_map(|field| Some((field, cells.text(field)?)));
        Self {
            texts: texts.collect(),
            country: country(&mut cells),
            lifecycle: choice(&mut cells, "lifecycle", lifecycle),
            class: choice(&mut cells, "class", |text| {
                Class::from_word(&text.to_uppercase())
            }),
            employees: cells.whole("employees"),
            founded_year: cells.whole("founded_year"),
            annual_revenue_cents: cells.cents("annual_revenue"),
            owner: people.owner(job, &mut cells),
            cells,
        }
    }

    /// The fields with what the row says.
    pub fn onto(&self, mut fields: ClientFields) -> ClientFields {
        for (name, text) in &self.texts {
            match slot(&mut fields, name) {
                Some(slot) => *slot = Some((*text).to_owned()),
                None => fields.name = (*text).to_owned(),
            }
        }
        if let Some(country) = self.country {
            country.clone_into(&mut fields.country);
            country.clone_into(&mut fields.vat_country);
        }
        fields.lifecycle = self.lifecycle.unwrap_or(fields.lifecycle);
        fields.class = self.class.or(fields.class);
        fields.employees = self.employees.or(fields.employees);
        fields.founded_year = self.founded_year.or(fields.founded_year);
        fields.annual_revenue_cents = self.annual_revenue_cents.or(fields.annual_revenue_cents);
        fields
    }
}

fn slot<'f>(fields: &'f mut ClientFields, name: &str) -> Option<&'f mut Option<String>> {
    Some(match name {
        "vat_number" => &mut fields.vat_number,
        "tax_code" => &mut fields.tax_code,
        "sdi_code" => &mut fields.sdi_code,
        "pec" => &mut fields.pec,
        "email" => &mut fields.email,
        "phone" => &mut fields.phone,
        "website" => &mut fields.website,
        "street" => &mut fields.street,
        "street_number" => &mut fields.street_number,
        "cap" => &mut fields.cap,
        "city" => &mut fields.city,
        "province" => &mut fields.province,
        "sector" => &mut fields.sector,
        "notes" => &mut fields.notes,
        "external_ref" => &mut fields.external_ref,
        _ => return None,
    })
}

fn country(cells: &mut Cells<'_>) -> Option<&'static str> {
    let text = cells.text("country")?;
    match countries::find(text) {
        Some(country) => {
            if !country.is_called(text) {
                let detail = format!("{text:?} was read as {}.", country.english);
                cells.warn("country", "country.spelled_differently", detail);
            }
            Some(country.code)
        }
        None => {
            let detail = "Give the country's name or its two-letter code, e.g. IT.";
            cells.error("country", "country.unknown", detail);
            None
        }
    }
}

fn lifecycle(text: &str) -> Option<Lifecycle> {
    Some(match fold(text).as_str() {
        "prospect" | "potenziale" | "lead" | "prospetto" => Lifecycle::Prospect,
        "active" | "attivo" | "attiva" | "cliente" | "customer" => Lifecycle::Active,
        "dormant" | "dormiente" | "inattivo" | "inattiva" | "inactive" => Lifecycle::Dormant,
        "lost" | "perso" | "persa" | "cessato" | "cessata" => Lifecycle::Lost,
        _ => return None,
    })
}

/// One of a few words; another is an error.
fn choice<T>(cells: &mut Cells<'_>, field: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
    let text = cells.text(field)?;
    let choice = read(text);
    if choice.is_none() {
        let detail = format!("{text:?} is none of the words for this.");
        cells.error(field, &format!("{field}.unknown"), detail);
    }
    choice
}
