//! Which column of a file is which field of a record, guessed from its name (Italian or English) and its values.
//! The guess is shown for a person to correct; it never imports anything by itself.

mod fields;

use super::{dates, numbers};
use crate::italy::countries;
use crate::italy::tax_code::TaxCode;
use crate::italy::text::{fold, is_email};
use crate::italy::vat_number::VatNumber;
use nexus_records::text_enum;

pub use fields::{Field, fields};

text_enum! {
    /// What the rows of a file are.
    ImportKind {
        Clients = "clients", Products = "products", Users = "users", Opportunities = "opportunities",
        Leads = "leads",
    }
}
pub use ImportKind as Kind;

/// What the values of a field look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Text,
    VatNumber,
    TaxCode,
    Email,
    Pec,
    Phone,
    Cap,
    Country,
    Date,
    Number,
}

/// A column of the file with some of its values.
#[derive(Debug, Clone, Copy)]
pub struct Column<'a> {
    pub name: &'a str,
    pub samples: &'a [String],
}

/// The likeliest field of each column, in the order of the columns; no field twice. A column whose values cannot be
/// of a field's shape is never taken for it; a column of unknown name is taken only for what its values prove
/// (P.IVA, codice fiscale, e-mail).
#[must_use]
pub fn guess(kind: Kind, columns: &[Column<'_>]) -> Vec<Option<&'static str>> {
    let fields = fields(kind);
    let mut fits: Vec<(u32, usize, usize)> = Vec::new();
    for (column_index, column) in columns.iter().enumerate() {
        for (field_index, field) in fields.iter().enumerate() {
            let score = fit(column, field);
            if score > 0 {
                fits.push((score, column_index, field_index));
            }
        }
    }
    // Best first; of equals the earlier column, then the earlier field.
    fits.sort_by_key(|(score, column, field)| (std::cmp::Reverse(*score), *column, *field));
    let mut guessed: Vec<Option<&'static str>> = vec![None; columns.len()];
    let mut taken = vec![false; fields.len()];
    for (_, column, field) in fits {
        if guessed[column].is_none() && !taken[field] {
            guessed[column] = Some(fields[field].name);
            taken[field] = true;
        }
    }
    guessed
}

/// How well a column fits a field; 0 is not at all.
fn fit(column: &Column<'_>, field: &Field) -> u32 {
    let share = share(column.samples, |text| may_be(text, field.shape));
    if share.is_some_and(|share| share < 20) {
        return 0;
    }
    match name_fit(&words_of(column.name), field) {
        0 if share_proven(column.samples, field.shape) >= 80 => 100,
        0 => 0,
        named => named + share.unwrap_or(0) / 2,
    }
}

/// About 1,000 for a name that means the field; much less for one of which such a name is the beginning (Italian puts
/// the noun first: `Note cliente`), the end or the middle.
fn name_fit(name: &str, field: &Field) -> u32 {
    let field_name = field.name.replace('_', " ");
    let all = std::iter::once(field_name.as_str()).chain(field.words.split('|'));
    let fits = all.zip(0_u32..).map(|(words, rank)| {
        if words == name {
            return 1_000 - rank * 5;
        }
        let padded = format!(" {words} ");
        let place = match format!(" {name} ").find(&padded) {
            Some(0) => 350,
            Some(at) if at + padded.len() == name.len() + 2 => 320,
            Some(_) => 300,
            None => return 0,
        };
        // Two letters within a longer name mean nothing; more letters mean more.
        if words.len() > 2 {
            place + 4 * u32::try_from(words.len()).unwrap_or(0)
        } else {
            0
        }
    });
    fits.max().unwrap_or(0)
}

/// The folded name, with `closeDate` parted into words and what stands in brackets left out: `Importo (€)`.
fn words_of(name: &str) -> String {
    let mut parted = String::with_capacity(name.len() + 8);
    let mut after_lower = false;
    for c in name
        .split(['(', '['])
        .next()
        .filter(|start| !start.trim().is_empty())
        .unwrap_or(name)
        .chars()
    {
        if c.is_uppercase() && after_lower {
            parted.push(' ');
        }
        after_lower = c.is_lowercase();
        parted.push(c);
    }
    fold(&parted)
}

/// How many of a hundred samples, blank ones aside, are so; `None` if there are no samples.
fn share(samples: &[String], is_so: impl Fn(&str) -> bool) -> Option<u32> {
    let given: Vec<&str> = samples
        .iter()
        .map(|text| text.trim())
        .filter(|text| !text.is_empty())
        .collect();
    let good = given.iter().filter(|text| is_so(text)).count();
    (good * 100)
        .checked_div(given.len())
        .and_then(|share| u32::try_from(share).ok())
}

/// Whether a value could be meant as one of this shape, badly written ones included.
fn may_be(text: &str, shape: Shape) -> bool {
    let digits = || text.bytes().filter(u8::is_ascii_digit).count();
    match shape {
        Shape::Text => true,
        Shape::VatNumber => digits() >= 7,
        Shape::TaxCode => matches!(text.trim().len(), 11 | 16) || TaxCode::parse(text).is_ok(),
        Shape::Email | Shape::Pec => text.contains('@'),
        Shape::Phone => digits() >= 6 && !text.contains('@'),
        Shape::Cap => (3..=10).contains(&text.len()) && digits() >= 2,
        Shape::Country => countries::find(text).is_some(),
        Shape::Date => dates::is_date(text),
        Shape::Number => {
            numbers::cents(text.trim_matches(['$', '£', ' ']), numbers::Mark::Comma).is_ok()
        }
    }
}

/// How many of a hundred samples can hardly be anything but of this shape.
fn share_proven(samples: &[String], shape: Shape) -> u32 {
    let is_pec = |text: &str| {
        let domain = text.rsplit('@').next().unwrap_or_default().to_lowercase();
        is_email(text) && (domain.contains("pec") || domain.contains("legalmail"))
    };
    let proven = match shape {
        Shape::VatNumber => share(samples, |text| VatNumber::parse(text).is_ok()),
        Shape::TaxCode => share(samples, |text| {
            TaxCode::parse(text).is_ok_and(|code| code.person().is_some())
        }),
        Shape::Pec => share(samples, is_pec),
        Shape::Email => share(samples, |text| is_email(text) && !is_pec(text)),
        Shape::Text | Shape::Phone | Shape::Cap | Shape::Country | Shape::Date | Shape::Number => {
            None
        }
    };
    proven.unwrap_or(0)
}

#[cfg(test)]
mod tests;
