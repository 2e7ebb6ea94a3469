//! What is printed. These values are kept as JSON with what was sent, so that it can be printed again byte by byte.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::italy::address::{self, Address};
use crate::lines::model::Line;
use crate::lines::totals::Totals;

/// Who sells: the company's own data.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Seller {
    #[serde(flatten)]
    pub party: Party,
    /// `RF01` and so on.
    pub tax_regime: String,
    /// Sigla of the companies register's office.
    pub rea_office: Option<String>,
    pub rea_number: Option<String>,
    pub share_capital_cents: Option<i64>,
    /// Whether one person holds every share; said of companies with a capital.
    pub sole_shareholder: Option<bool>,
    pub in_liquidation: bool,
    /// The fiscal warehouse's code with the customs agency, for liquids.
    pub warehouse_code: Option<String>,
    pub website: Option<String>,
    pub iban: Option<String>,
    pub bank: Option<String>,
}

/// Who sells or buys, as it stands on paper.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Party {
    pub name: String,
    /// Of a person; an invoice names a person this way.
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    /// Of the VAT number, ISO 3166 alpha-2.
    pub vat_country: String,
    pub vat_number: Option<String>,
    pub tax_code: Option<String>,
    pub sdi_code: Option<String>,
    pub pec: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub street: Option<String>,
    pub street_number: Option<String>,
    pub cap: Option<String>,
    pub city: Option<String>,
    pub province: Option<String>,
    /// ISO 3166 alpha-2.
    pub country: String,
}

impl Party {
    /// The address as on an envelope.
    #[must_use]
    pub fn address_lines(&self) -> Vec<String> {
        address::lines(&Address {
            street: self.street.as_deref(),
            street_number: self.street_number.as_deref(),
            cap: self.cap.as_deref(),
            city: self.city.as_deref(),
            province: self.province.as_deref(),
            country: Some(&self.country)
                .filter(|c| !c.is_empty())
                .map(String::as_str),
        })
    }
}

/// What is agreed beside the lines.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Terms {
    pub payment: Option<String>,
    pub delivery: Option<String>,
    pub notes: Option<String>,
    /// Where it goes, a line each; the client's address when empty.
    pub deliver_to: Vec<String>,
    /// For whose attention.
    pub contact: Option<String>,
    /// Who looks after the client.
    pub salesperson: Option<String>,
}

/// One version of a proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposalDocument {
    pub seller: Seller,
    pub client: Party,
    pub number: String,
    pub version: i32,
    pub issued_on: NaiveDate,
    pub valid_until: Option<NaiveDate>,
    pub terms: Terms,
    pub lines: Vec<DocumentLine>,
    pub totals: Totals,
    /// What an acceptance is bound to.
    pub content_hash: String,
}

/// An order, to be confirmed to the client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderDocument {
    pub seller: Seller,
    pub client: Party,
    pub number: String,
    pub issued_on: NaiveDate,
    pub requested_on: Option<NaiveDate>,
    /// The proposal that it follows: `P-2026/12, versione 2`.
    pub follows: Option<String>,
    /// The client's own name for it.
    pub client_reference: Option<String>,
    pub terms: Terms,
    pub lines: Vec<DocumentLine>,
    pub totals: Totals,
    pub content_hash: String,
}

/// A priced line as the client sees it: never with a cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentLine {
    pub sku: Option<String>,
    pub description: String,
    pub adm_code: Option<String>,
    pub is_liquid: bool,
    pub volume_ml: Option<Decimal>,
    pub nicotine_mg_ml: Option<Decimal>,
    pub unit: String,
    pub quantity: Decimal,
    pub unit_price: Decimal,
    pub discount_percent: Decimal,
    pub vat_rate: i16,
    pub vat_nature: Option<String>,
    pub net_cents: i64,
    pub tax_cents: i64,
}

impl From<&Line> for DocumentLine {
    fn from(line: &Line) -> Self {
        Self {
            sku: line.sku.clone(),
            description: line.description.clone(),
            adm_code: line.adm_code.clone(),
            is_liquid: line.is_liquid,
            volume_ml: line.volume_ml,
            nicotine_mg_ml: line.nicotine_mg_ml,
            unit: line.unit.clone(),
            quantity: line.quantity,
            unit_price: line.unit_price,
            discount_percent: line.discount_percent,
            vat_rate: line.vat_rate,
            vat_nature: line.vat_nature.clone(),
            net_cents: line.net_cents,
            tax_cents: line.tax_cents,
        }
    }
}
